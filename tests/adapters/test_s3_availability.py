"""What S3 answers, or does not, told apart: busy is ServiceUnavailable, all else is itself."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from arxos.adapters.s3_availability import asking_s3
from arxos.adapters.s3_checks import S3Checks
from arxos.adapters.s3_exports import S3Exports
from arxos.adapters.s3_uploads import S3Uploads
from arxos.domain.errors import ArxosError, ServiceUnavailable, UnreadableFile
from tests.functions.faults import Fault, Faulty
from tests.make import ORG, make_building, make_export, make_import


@pytest.fixture
def s3(moto: Any) -> Any:
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket="files")
    yield client
    for found in client.list_objects_v2(Bucket="files").get("Contents", []):
        client.delete_object(Bucket="files", Key=found["Key"])
    client.delete_bucket(Bucket="files")


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.NOT_SENT, Fault.NOT_HEARD])
def test_a_file_that_cannot_be_sent_now_may_be_sent_later(
    s3: Any, tmp_path: Path, fault: Fault
) -> None:
    (tmp_path / "a").write_text("x")
    job = make_export(make_building())
    with Faulty(0, fault).at_work(), pytest.raises(ServiceUnavailable):
        S3Exports(s3, "files").put(ORG, job, tmp_path / "a")


def test_a_file_that_may_not_be_sent_is_an_error_of_its_own(s3: Any, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    job = make_export(make_building())
    with pytest.raises(Exception, match="NoSuchBucket") as refused:
        S3Exports(s3, "no-such-bucket").put(ORG, job, tmp_path / "a")
    assert not isinstance(refused.value, ArxosError)


def test_what_is_not_there_is_not_taken_for_silence(s3: Any) -> None:
    with pytest.raises(ClientError), asking_s3():
        s3.get_object(Bucket="files", Key="nothing")
    with pytest.raises(ServiceUnavailable), asking_s3():
        raise ReadTimeoutError(endpoint_url="x")


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.NOT_SENT])
def test_a_model_that_cannot_be_had_now_is_not_said_to_be_gone(s3: Any, fault: Fault) -> None:
    store = S3Checks(s3, "files", max_bytes=1)
    job = make_import(make_building())
    with pytest.raises(UnreadableFile), store.fetch_import(ORG, job):
        pass
    faulty = Faulty(0, fault).at_work()
    with faulty, pytest.raises(ServiceUnavailable), store.fetch_import(ORG, job):
        pass


def test_a_fault_in_what_is_done_with_a_file_is_not_s3s(s3: Any) -> None:
    store = S3Uploads(s3, "files", max_bytes=1)
    s3.put_object(Bucket="files", Key="a.csv", Body=b"x")
    with pytest.raises(ReadTimeoutError), store.local_copy("a.csv"):
        raise ReadTimeoutError(endpoint_url="x")
