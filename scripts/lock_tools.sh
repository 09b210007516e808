# Pin ministack and the SAM CLI with all they need: `make lock-tools`. The versions are chosen here.
set -eu
uv=$1

lock() {
    file=scripts/local_cloud/$1.requirements.txt
    shift
    printf '%s\n' "$@" | UV_CUSTOM_COMPILE_COMMAND="make lock-tools" "$uv" pip compile --quiet \
        --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --output-file "$file" -
    echo "Wrote $file."
}

# Not ministack[full]: databases and Docker, which it brings, are nothing we use.
lock ministack 'ministack==1.5.33' cryptography aws-sam-translator
lock sam 'aws-sam-cli==1.170.0'
lock audit 'bandit==1.9.4' 'checkov==3.3.30' 'detect-secrets==1.5.0'
