# Look for what is unsafe. Whatever is let pass says why: in the code (noqa, nosec), in pyproject.toml,
# in .checkov.yaml, or beside the line (pragma: allowlist secret, for what is none).
set -eu
tools=.local/tools/audit/bin
secrets=.local/tools/secrets/bin/detect-secrets-hook

echo "Code ..."
"$tools/bandit" --quiet --configfile pyproject.toml --recursive shared functions scripts cli

echo "Templates ..."
"$tools/checkov" --quiet --compact --config-file .checkov.yaml

echo "Secrets ..."
git ls-files -z -- ':!tests' | xargs -0 "$secrets"
# Passwords and ids of tests are made up. Real keys have shapes of their own, which are looked for
# there too.
git ls-files -z -- tests | xargs -0 "$secrets" --disable-plugin KeywordDetector \
    --disable-plugin HexHighEntropyString --disable-plugin Base64HighEntropyString

echo "Known faults of packages ..."
mkdir -p .local/audit
.local/tools/bin/uv export --quiet --frozen --all-groups --no-emit-project \
    --output-file .local/audit/uv.lock.txt >/dev/null
.venv/bin/python -m scripts.audit_packages "$tools/pip-audit" \
    .local/audit/uv.lock.txt scripts/*/*.requirements.txt

echo "What it is made of ..."
.local/tools/bin/uv export --quiet --frozen --no-dev --all-groups --no-group dev --preview \
    --format cyclonedx1.5 --output-file .local/sbom.cdx.json >/dev/null
echo "Nothing unsafe was found; what could not be asked is said above. What Arxos is made of stands in .local/sbom.cdx.json."
