// Where `oxl` is.

import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";

/** Gives the program that the setting `oxl.path` names; `~` and `${workspaceFolder}` in it are replaced. */
export function program(): string {
  const given = vscode.workspace.getConfiguration("oxl").get<string>("path", "oxl").trim() || "oxl";
  return placed(given, os.homedir(), vscode.workspace.workspaceFolders?.[0]?.uri.fsPath);
}

/** Replaces a leading `~` by the home folder and `${workspaceFolder}` by the first folder of the workspace. */
export function placed(given: string, home: string, folder: string | undefined): string {
  const whole = given === "~" || given.startsWith("~/") || given.startsWith("~\\") ? path.join(home, given.slice(1)) : given;
  return folder === undefined ? whole : whole.replaceAll("${workspaceFolder}", folder);
}
