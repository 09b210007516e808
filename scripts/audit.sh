# Look for what is unsafe. Whatever is let pass says why: in the code (noqa), in pyproject.toml, in
# .checkov.yaml, in .secrets.baseline.
set -eu
tools=.local/tools/audit/bin

echo "Code ..."
"$tools/bandit" --quiet --configfile pyproject.toml --recursive shared functions scripts cli

echo "Templates ..."
"$tools/checkov" --quiet --compact --config-file .checkov.yaml

echo "Secrets ..."
git ls-files -z | xargs -0 "$tools/detect-secrets-hook" --baseline .secrets.baseline

echo "What it is made of ..."
.local/tools/bin/uv export --quiet --frozen --no-dev --all-groups --no-group dev --preview \
    --format cyclonedx1.5 --output-file .local/sbom.cdx.json >/dev/null
echo "Nothing unsafe was found. What Arxos is made of stands in .local/sbom.cdx.json."
