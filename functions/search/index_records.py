"""DynamoDB stream of the registry's records: a changed record's search words are kept."""

from collections.abc import Sequence

from arxos.bootstrap import record_change, search_words
from arxos.domain.growth import growth
from arxos.domain.search_words import RecordChange
from arxos.entrypoints.streams import stream_handler
from arxos.use_cases.search import index_records


@stream_handler(reads=record_change, counts=growth)
def handler(changes: Sequence[RecordChange]) -> int:
    return index_records(changes, words=search_words())
