"""A page that counts its visits."""

from flask import Flask, render_template

app = Flask(__name__)
visits = 0


@app.get("/")
def index() -> str:
    global visits
    visits += 1
    return render_template("index.html", visits=visits)
