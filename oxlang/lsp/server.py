"""The language server: LSP requests to the functions of this room, on standard input and output.

It parses, resolves and checks; nothing of a config is ever executed.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from oxlang import __version__
from oxlang.lsp import (
    actions,
    completion,
    definition,
    formatting,
    hints,
    hover,
    lenses,
    references,
    signature,
    symbols,
    tokens,
)
from oxlang.lsp.convert import changed, to_offset, to_path, use_encoding
from oxlang.lsp.documents import Document, Documents
from oxlang.lsp.publishing import Publisher

_Kinds = types.CodeActionKind
_WATCHER = "oxl-files"


class _Protocol(LanguageServerProtocol):
    """Leaves the texts of documents to `Documents`.

    What pygls does with an edit takes form feeds and U+2028 for line ends, which they are not in the protocol, and
    writes the result of its counting into the positions of the message.
    """

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Generator[Any, Any, None]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None


def make_server() -> LanguageServer:
    """Makes a server with every feature."""
    server = LanguageServer(
        "oxl", __version__, types.TextDocumentSyncKind.Incremental, protocol_cls=_Protocol
    )
    documents = Documents()
    publisher = Publisher(server, documents)
    _start(server, documents, publisher)
    _synchronisation(server, documents, publisher)
    _workspace(server, documents, publisher)
    _reading(server, documents)
    _outline(server, documents)
    _navigation(server, documents)
    _changing(server, documents)
    return server


def serve() -> None:
    """Runs the server on standard input and output until the client ends it."""
    make_server().start_io()


def _start(server: LanguageServer, documents: Documents, publisher: Publisher) -> None:
    commands: set[str] = set()

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        encoding = server.workspace.position_encoding
        use_encoding(str(getattr(encoding, "value", encoding) or "utf-16"))
        roots = [one.uri for one in params.workspace_folders or ()] or [params.root_uri or ""]
        documents.folders = [Path(to_path(one)) for one in roots if one.startswith("file:")]
        asks = params.capabilities.text_document
        publisher.pulled = asks is not None and asks.diagnostic is not None
        options = params.initialization_options
        wished = options.get("commands") if isinstance(options, dict) else None
        commands.update(str(one) for one in wished or () if one in lenses.COMMANDS)

    @server.feature(types.INITIALIZED)
    def initialized(params: types.InitializedParams) -> None:
        _watch(server)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def on_lens(params: types.CodeLensParams) -> list[types.CodeLens]:
        return lenses.code_lenses(documents.get(params.text_document.uri), frozenset(commands))


def _watch(server: LanguageServer) -> None:
    """Asks to be told of files that others change."""
    workspace = server.client_capabilities.workspace
    watched = workspace.did_change_watched_files if workspace is not None else None
    if watched is None or not watched.dynamic_registration:
        return
    options = types.DidChangeWatchedFilesRegistrationOptions(
        watchers=[types.FileSystemWatcher(glob_pattern="**/*.{bzl,star}")]
    )
    server.client_register_capability(
        types.RegistrationParams(
            registrations=[types.Registration(_WATCHER, types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)]
        )
    )


def _letter(known: Document | None, changes: Sequence[types.TextDocumentContentChangeEvent]) -> int | None:
    """Gives the offset behind a letter that was typed; None when something else has happened."""
    if known is None or len(changes) != 1 or not isinstance(changes[0], types.TextDocumentContentChangePartial):
        return None
    one = changes[0]
    if len(one.text) != 1 or not (one.text.isalnum() or one.text == "_"):
        return None
    return to_offset(known.source, one.range.start) + 1


def _synchronisation(server: LanguageServer, documents: Documents, publisher: Publisher) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        given = params.text_document
        publisher.soon(documents.put(given.uri, given.text, given.version))

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def edited(params: types.DidChangeTextDocumentParams) -> None:
        known = documents.opened(params.text_document.uri)
        text = changed(known.source.text if known is not None else "", list(params.content_changes))
        publisher.typed(params.text_document.uri, _letter(known, params.content_changes))
        publisher.soon(documents.put(params.text_document.uri, text, params.text_document.version))

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        others = documents.close(params.text_document.uri)
        publisher.closed(params.text_document.uri)
        publisher.soon(others)

    @server.feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier="oxl"),
    )
    def pulled(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        return publisher.report(documents.get(params.text_document.uri), params.previous_result_id)


def _workspace(server: LanguageServer, documents: Documents, publisher: Publisher) -> None:
    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def on_files(params: types.DidChangeWatchedFilesParams) -> None:
        others = documents.changed_elsewhere()
        if publisher.pulled:
            publisher.refresh()
        publisher.soon(others)

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def on_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        gone = {to_path(one.uri) for one in params.event.removed}
        documents.folders = [one for one in documents.folders if str(one) not in gone]
        documents.folders += [Path(to_path(one.uri)) for one in params.event.added]

    @server.feature(types.WORKSPACE_SYMBOL)
    def on_workspace_symbols(params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        return hints.workspace_symbols(documents.workspace(), params.query)


def _reading(server: LanguageServer, documents: Documents) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def on_hover(params: types.HoverParams) -> types.Hover | None:
        return hover.hover(documents.get(params.text_document.uri), params.position)

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[".", '"', "'", "/", "@"])
    )
    def on_completion(params: types.CompletionParams) -> list[types.CompletionItem]:
        return completion.completion(documents.get(params.text_document.uri), params.position)

    @server.feature(
        types.TEXT_DOCUMENT_SIGNATURE_HELP,
        types.SignatureHelpOptions(trigger_characters=["(", ","], retrigger_characters=[")"]),
    )
    def on_signature(params: types.SignatureHelpParams) -> types.SignatureHelp | None:
        return signature.signature_help(documents.get(params.text_document.uri), params.position)

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def on_hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        return hints.inlay_hints(documents.get(params.text_document.uri), params.range)

    @server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, tokens.LEGEND)
    def on_tokens(params: types.SemanticTokensParams) -> types.SemanticTokens:
        return tokens.semantic_tokens(documents.get(params.text_document.uri))

    @server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, tokens.LEGEND)
    def on_range_tokens(params: types.SemanticTokensRangeParams) -> types.SemanticTokens:
        return tokens.semantic_tokens(documents.get(params.text_document.uri), params.range)


def _outline(server: LanguageServer, documents: Documents) -> None:
    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def on_symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        return symbols.document_symbols(documents.get(params.text_document.uri))

    @server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    def on_folding(params: types.FoldingRangeParams) -> list[types.FoldingRange]:
        return symbols.folding_ranges(documents.get(params.text_document.uri))

    @server.feature(types.TEXT_DOCUMENT_SELECTION_RANGE)
    def on_selection(params: types.SelectionRangeParams) -> list[types.SelectionRange]:
        document = documents.get(params.text_document.uri)
        return [symbols.selection_range(document, one) for one in params.positions]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)
    def on_links(params: types.DocumentLinkParams) -> list[types.DocumentLink]:
        return hints.document_links(documents.get(params.text_document.uri))


def _navigation(server: LanguageServer, documents: Documents) -> None:
    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def on_definition(params: types.DefinitionParams) -> types.Location | None:
        return definition.definition(documents.get(params.text_document.uri), params.position)

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def on_references(params: types.ReferenceParams) -> list[types.Location]:
        document = documents.get(params.text_document.uri)
        return references.references(document, params.position, declaration=params.context.include_declaration)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def on_highlight(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
        return references.highlights(documents.get(params.text_document.uri), params.position)


def _changing(server: LanguageServer, documents: Documents) -> None:
    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def on_prepare(params: types.PrepareRenameParams) -> types.Range | None:
        return references.prepare_rename(documents.get(params.text_document.uri), params.position)

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def on_rename(params: types.RenameParams) -> types.WorkspaceEdit | None:
        try:
            return references.rename(documents.get(params.text_document.uri), params.position, params.new_name)
        except ValueError as refused:
            raise JsonRpcInvalidParams(message=str(refused)) from None

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def on_format(params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        return formatting.formatting(documents.get(params.text_document.uri))

    @server.feature(types.TEXT_DOCUMENT_RANGE_FORMATTING)
    def on_format_range(params: types.DocumentRangeFormattingParams) -> list[types.TextEdit] | None:
        return formatting.range_formatting(documents.get(params.text_document.uri), params.range)

    @server.feature(
        types.TEXT_DOCUMENT_ON_TYPE_FORMATTING, types.DocumentOnTypeFormattingOptions(first_trigger_character="\n")
    )
    def on_key(params: types.DocumentOnTypeFormattingParams) -> list[types.TextEdit]:
        return formatting.on_newline(documents.get(params.text_document.uri), params.position)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[_Kinds.QuickFix, _Kinds.SourceFixAll]),
    )
    def on_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        document = documents.get(params.text_document.uri)
        return actions.code_actions(document, params.range, params.context.only)
