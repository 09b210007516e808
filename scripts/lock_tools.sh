# Pin ministack, the SAM CLI and the rest with all they need: `make lock-tools`. The versions are
# chosen here.
set -eu
uv=$(realpath "$1")
scripts=$(realpath scripts)
cd /tmp # away from pyproject.toml, whose excluded dependencies uv would leave out here too

lock() {
    file=$scripts/$1.requirements.txt
    python=$2
    shift 2
    printf '%s\n' "$@" | UV_CUSTOM_COMPILE_COMMAND="make lock-tools" "$uv" pip compile --quiet \
        --universal --python-version "$python" --generate-hashes --no-emit-index-url \
        --no-emit-find-links --output-file "$file" -
    echo "Wrote $file."
}

# Not ministack[full]: databases and Docker, which it brings, are nothing we use.
lock local_cloud/ministack 3.11 'ministack==1.5.33' cryptography aws-sam-translator
lock local_cloud/sam 3.11 'aws-sam-cli==1.170.0'
lock local_cloud/audit 3.11 'bandit==1.9.4' 'checkov==3.3.30' 'pip-audit==2.10.1'
# Alone: checkov brings a changed copy of it under the same name, and which one won was chance.
lock local_cloud/secrets 3.11 'detect-secrets==1.5.0'
# What Lambda has besides a function's own: boto3 as the layers were resolved for.
lock sam_local/runtime 3.13 'awslambdaric==4.2.2' 'boto3==1.44.5'
