from cli_app.commands import main

main(prog_name="cli_app")
