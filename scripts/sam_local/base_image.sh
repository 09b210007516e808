#!/bin/sh
# A stand-in for the image that SAM runs Python functions in, made of Debian and PyPI packages:
#   sh scripts/sam_local/base_image.sh DIRECTORY UV
# For a machine that can pull the real one it is not needed: docker pull it, and this does nothing.
# FORCE=1 makes it anew. Needs Docker's engine, root and debootstrap. Debian trixie has Python 3.13.
set -eu
place=$1
uv=$2
python=3.13
image=public.ecr.aws/lambda/python:$python-x86_64 # the name by which SAM asks for it
derived=public.ecr.aws/lambda/python:$python-rapid-x86_64 # what SAM makes of it
here=$(cd "$(dirname "$0")" && pwd)
root=$place/root
log=$place/base-image.log

fail() {
    tail -n 15 "$log" >&2
    echo "The base image could not be made: $1." >&2
    exit 1
}

if [ "${FORCE:-0}" != 1 ] && docker image inspect "$image" >/dev/null 2>&1; then
    exit 0
fi
mkdir -p "$place"
: >"$log"
[ "$(id -u)" = 0 ] || fail "only root may"
if ! command -v debootstrap >/dev/null; then
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends debootstrap; } \
        >>"$log" 2>&1 || fail "debootstrap is not to be had"
fi

# python3 and not python3-minimal, which lacks much of the standard library.
rm -rf "$root"
debootstrap --variant=minbase --include=python3,ca-certificates trixie "$root" >>"$log" 2>&1 ||
    fail "debootstrap failed"
chroot "$root" "python$python" -c '' 2>>"$log" || fail "Debian's Python is not $python"

# Lambda's places: code in /var/task, layers in /opt, its runtime with boto3 in /var/runtime.
mkdir -p "$root/var/task" "$root/var/runtime" "$root/opt" "$root/var/lang/bin"
for name in "python$python" python3 python; do
    ln -sf /usr/bin/python3 "$root/var/lang/bin/$name"
done
"$uv" pip install --quiet --require-hashes --only-binary :all: --requirement "$here/runtime.requirements.txt" \
    --python-platform x86_64-manylinux_2_34 --python-version "$python" --target "$root/var/runtime" \
    >>"$log" 2>&1 || fail "the runtime's packages could not be installed"
chroot "$root" python3 -m compileall -q -j 2 /var/runtime >>"$log" 2>&1 || fail "the runtime does not compile"

# What Lambda's emulator starts; the order of paths is Lambda's: code, layers, runtime.
cat >"$root/var/runtime/bootstrap" <<SH
#!/bin/sh
export AWS_EXECUTION_ENV=AWS_Lambda_python$python
export PYTHONPATH="/var/task:/opt/python/lib/python$python/site-packages:/opt/python:/var/runtime"
exec /var/lang/bin/python$python -m awslambdaric "\$_HANDLER"
SH
chmod 755 "$root/var/runtime/bootstrap"

docker image rm --force "$derived" >/dev/null 2>&1 || true # or SAM goes on with the old one
tar -C "$root" --numeric-owner --create \
    --exclude=./var/cache/apt --exclude=./var/lib/apt/lists --exclude=./var/log --exclude=./usr/share/doc \
    --exclude=./usr/share/man --exclude=./usr/share/locale --exclude=./usr/share/info . |
    docker import --platform linux/amd64 \
        --change 'WORKDIR /var/task' \
        --change 'ENV LANG=C.UTF-8' \
        --change 'ENV PATH=/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin' \
        --change 'ENV LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib' \
        --change 'ENV LAMBDA_TASK_ROOT=/var/task' --change 'ENV LAMBDA_RUNTIME_DIR=/var/runtime' \
        - "$image" >>"$log" 2>&1 || fail "docker import failed"
rm -rf "$root"
