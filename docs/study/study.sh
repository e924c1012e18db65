#!/bin/sh
# Repeat the study of docs/study.md, in the current folder.
# Usage: sh study.sh FOLDER
# FOLDER holds UNGDC_1946-2024.tgz and Speakers_by_session.xlsx of https://doi.org/10.7910/DVN/0TJX8Y
set -eu
here=$(cd "$(dirname "$0")" && pwd)
compare() { python -m compare "$@"; }

compare import ungdc "$1"/UNGDC_*.tgz "$1"/Speakers_by_session.xlsx --out ungdc.jsonl
grep '"date": "20[12]' ungdc.jsonl > since-2010.jsonl
compare build --corpus since-2010.jsonl --library study

compare positions "The Security Council should have new permanent members." \
    --opposite "No new permanent seats should be created in the Security Council." \
    --library study --out places.csv --passages result.json

compare review create seats --result result.json --plan "$here/plan.json" --library study
for reader in 1 2; do
    compare review import seats "$here/reader-$reader.csv" --reader "Reader $reader" --library study
    compare review done seats --reader "Reader $reader" --library study
done
compare review agreement seats --library study
compare sensitivity result.json --library study
