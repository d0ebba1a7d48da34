from flask import Flask

app = Flask(__name__)


@app.get("/")
def page():
    return "<h1>Flask answers</h1>"


app.run(host="0.0.0.0", port=8787)
