"""The language server: LSP requests to the functions of this room, on standard input and output.

It parses, resolves and checks; nothing of a config is ever executed.
"""

from __future__ import annotations

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from oxlang import __version__
from oxlang.lsp import actions, completion, definition, hints, hover, signature, symbols
from oxlang.lsp.documents import Document, Documents


def make_server() -> LanguageServer:
    """Makes a server with every feature."""
    server = LanguageServer("oxl", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Incremental)
    documents = Documents()
    _synchronisation(server, documents)
    _reading(server, documents)
    _navigation(server, documents)
    _changing(server, documents)
    return server


def serve() -> None:
    """Runs the server on standard input and output until the client ends it."""
    make_server().start_io()


def _document(server: LanguageServer, documents: Documents, uri: str) -> Document:
    known = documents.get(uri)
    if known is not None:
        return known
    text = server.workspace.get_text_document(uri)
    return documents.put(uri, text.source, text.version)


def _synchronisation(server: LanguageServer, documents: Documents) -> None:
    def publish(document: Document) -> None:
        server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(
                uri=document.uri, version=document.version, diagnostics=actions.diagnostics(document)
            )
        )

    def refresh(uri: str) -> None:
        text = server.workspace.get_text_document(uri)
        changed = documents.put(uri, text.source, text.version)
        publish(changed)
        for other in documents.all():
            if other is not changed and other._linted is None:
                publish(other)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        refresh(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        refresh(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        documents.close(uri)
        server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri=uri, diagnostics=[]))


def _reading(server: LanguageServer, documents: Documents) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def on_hover(params: types.HoverParams) -> types.Hover | None:
        return hover.hover(_document(server, documents, params.text_document.uri), params.position)

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[".", '"', "'", "/", "@"])
    )
    def on_completion(params: types.CompletionParams) -> list[types.CompletionItem]:
        return completion.completion(_document(server, documents, params.text_document.uri), params.position)

    @server.feature(
        types.TEXT_DOCUMENT_SIGNATURE_HELP,
        types.SignatureHelpOptions(trigger_characters=["(", ","], retrigger_characters=[")"]),
    )
    def on_signature(params: types.SignatureHelpParams) -> types.SignatureHelp | None:
        return signature.signature_help(_document(server, documents, params.text_document.uri), params.position)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def on_symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        return symbols.document_symbols(_document(server, documents, params.text_document.uri))

    @server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    def on_folding(params: types.FoldingRangeParams) -> list[types.FoldingRange]:
        return symbols.folding_ranges(_document(server, documents, params.text_document.uri))

    @server.feature(types.TEXT_DOCUMENT_SELECTION_RANGE)
    def on_selection(params: types.SelectionRangeParams) -> list[types.SelectionRange]:
        document = _document(server, documents, params.text_document.uri)
        return [symbols.selection_range(document, one) for one in params.positions]


    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def on_hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        return hints.inlay_hints(_document(server, documents, params.text_document.uri), params.range)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)
    def on_links(params: types.DocumentLinkParams) -> list[types.DocumentLink]:
        return hints.document_links(_document(server, documents, params.text_document.uri))

    @server.feature(types.WORKSPACE_SYMBOL)
    def on_workspace_symbols(params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        return hints.workspace_symbols(documents.all(), params.query)


def _navigation(server: LanguageServer, documents: Documents) -> None:
    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def on_definition(params: types.DefinitionParams) -> types.Location | None:
        return definition.definition(_document(server, documents, params.text_document.uri), params.position)

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def on_references(params: types.ReferenceParams) -> list[types.Location]:
        document = _document(server, documents, params.text_document.uri)
        return definition.references(document, params.position, declaration=params.context.include_declaration)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def on_highlight(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
        return definition.highlights(_document(server, documents, params.text_document.uri), params.position)


def _changing(server: LanguageServer, documents: Documents) -> None:
    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def on_prepare(params: types.PrepareRenameParams) -> types.Range | None:
        return definition.prepare_rename(_document(server, documents, params.text_document.uri), params.position)

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def on_rename(params: types.RenameParams) -> types.WorkspaceEdit | None:
        return definition.rename(
            _document(server, documents, params.text_document.uri), params.position, params.new_name
        )

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def on_format(params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        return actions.formatting(_document(server, documents, params.text_document.uri))

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll]),
    )
    def on_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        document = _document(server, documents, params.text_document.uri)
        return actions.code_actions(document, params.range, params.context.only)
