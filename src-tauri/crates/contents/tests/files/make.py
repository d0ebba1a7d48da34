"""Writes the files beside it, with the programs that analysts write them with.

The files are kept, so that the tests need no Python: run this again only to change them.
    python3 -m venv env && env/bin/pip install pandas matplotlib pyarrow openpyxl ipykernel nbclient
    env/bin/python make.py
"""

import logging
import os
import pathlib
import sqlite3
import subprocess
import tarfile
import zipfile

import matplotlib
import nbformat
import pandas
import pyarrow
import pyarrow.ipc
import pyarrow.parquet
from nbclient import NotebookClient

matplotlib.use("agg")
from matplotlib import pyplot

HERE = pathlib.Path(__file__).resolve().parent

prices = pandas.DataFrame(
    {
        "day": pandas.date_range("2024-01-01", periods=1000, freq="h"),
        "fruit": pandas.Categorical(["apple", "pear", "plum", "quince"] * 250),
        "price": [round(1 + number / 7, 2) if number % 10 else None for number in range(1000)],
        "sold": range(1000),
        "fresh": [number % 3 == 0 for number in range(1000)],
        "tags": [["a", "b"][: number % 3] for number in range(1000)],
    }
)
flat = prices.drop(columns="tags")

table = pyarrow.Table.from_pandas(prices, preserve_index=False)
pyarrow.parquet.write_table(table, HERE / "prices.parquet", row_group_size=300, compression="zstd")
prices.to_feather(HERE / "prices.feather", compression="lz4")
with pyarrow.ipc.new_stream(HERE / "prices.arrows", table.schema) as stream:
    stream.write_table(table, max_chunksize=400)
flat.head(50).to_excel(HERE / "prices.xlsx", sheet_name="Prices", index=False)
flat.head(100).to_csv(HERE / "prices.csv")
flat.head(100).to_json(HERE / "prices.jsonl", orient="records", lines=True, date_format="iso")

# What programs of other countries and other systems write.
flat.head(100).to_csv(HERE / "prices.tsv", sep="\t", index=False)
flat.head(100).assign(fruit="Käse aus Köln").to_csv(HERE / "latin.csv", sep=";", decimal=",", encoding="latin-1", index=False)
flat.head(100).assign(fruit="Käse aus 東京").to_csv(HERE / "utf16.csv", encoding="utf-16", index=False)

log = logging.FileHandler(HERE / "job.log", mode="w")
log.setFormatter(logging.Formatter("2024-01-01 00:00:00,000 %(levelname)s %(name)s: %(message)s"))
logging.getLogger("train").addHandler(log)
for number in range(20):
    logging.getLogger("train").warning("\x1b[33mepoch %d\x1b[0m is slow", number)

(HERE / "prices.db").unlink(missing_ok=True)
with sqlite3.connect(HERE / "prices.db") as database:
    flat.head(100).assign(fruit=flat["fruit"].astype(str)).to_sql("prices", database, index=False)
    database.execute("CREATE VIEW cheap AS SELECT * FROM prices WHERE price < 3")

figure, axes = pyplot.subplots(figsize=(3, 2))
axes.plot(flat["sold"][:50], flat["price"][:50])
axes.set_title("Prices")
figure.savefig(HERE / "plot.svg", metadata={"Date": None})
figure.savefig(HERE / "plot.pdf", metadata={"CreationDate": None})

CELLS = [
    ("markdown", "# Prices\n\nWhat *fruit* costs, $p = a + bn$."),
    ("code", "import pandas\nfrom matplotlib import pyplot\nframe = pandas.DataFrame({'fruit': ['apple', 'pear'], 'price': [1.5, None]})\nframe"),
    ("code", "figure, axes = pyplot.subplots(figsize=(3, 2), dpi=60)\naxes.bar(['apple', 'pear'], [1.5, 2])\npyplot.show()"),
    ("code", "import sys\nfor number in range(100):\n    print('line', number)\nprint('careful', file=sys.stderr)"),
    ("code", "1 / 0"),
]
notebook = nbformat.v4.new_notebook(
    metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
)
for number, (kind, source) in enumerate(CELLS):
    make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
    notebook.cells.append(make(source, id=f"cell-{number}"))
NotebookClient(notebook, allow_errors=True, timeout=120, kernel_name="python3").execute()
nbformat.write(notebook, HERE / "analysis.ipynb")

drawn = nbformat.v4.new_notebook(metadata=notebook.metadata)
drawn.cells.append(nbformat.v4.new_markdown_cell("# Drawn", id="cell-0"))
drawn.cells.append(
    nbformat.v4.new_code_cell(
        "%config InlineBackend.figure_formats = ['svg']\nfrom matplotlib import pyplot\n"
        "figure, axes = pyplot.subplots(figsize=(3, 2))\naxes.plot([1, 2, 4])\npyplot.show()",
        id="cell-1",
    )
)
NotebookClient(drawn, timeout=120, kernel_name="python3").execute()
nbformat.write(drawn, HERE / "drawn.ipynb")
nbformat.write(nbformat.convert(notebook, 3), HERE / "older.ipynb", version=3)

os.chdir(HERE)
with zipfile.ZipFile("files.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    archive.write("prices.csv", "tables/prices.csv")
# GNU tar: a plain one, and those that zstd and xz pack.
for name, how in [("files.tar", []), ("files.tar.zst", ["--zstd"]), ("files.tar.xz", ["--xz"])]:
    plain = ["--owner=1000", "--group=100", "--mtime=@86400", "--transform=s,^,tables/,"]
    subprocess.run(["tar", *how, *plain, "-cf", name, "prices.csv"], check=True)
with tarfile.open("files.tar.gz", "w:gz") as archive:
    entry = tarfile.TarInfo("tables/prices.csv")
    entry.size = os.path.getsize("prices.csv")
    entry.mtime = 86400
    with open("prices.csv", "rb") as csv:
        archive.addfile(entry, csv)
