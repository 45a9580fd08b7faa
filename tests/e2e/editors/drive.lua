-- Asks the language server through Neovim's own client; the answers are lines of JSON on standard output.

local function report(name, value)
  io.stdout:write(vim.fn.json_encode({ name, value }) .. "\n")
end

local function ask(method, line, character)
  local params = {
    textDocument = vim.lsp.util.make_text_document_params(0),
    position = { line = line, character = character },
  }
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, params, 30000) or {}) do
    return answer.result
  end
end

vim.wait(30000, function() return #vim.diagnostic.get(0) > 0 end, 50)
local found = {}
for _, one in ipairs(vim.diagnostic.get(0)) do
  table.insert(found, { one.lnum + 1, one.code })
end
report("diagnostics", found)
report("hover", ask("textDocument/hover", 4, 20).contents.value)
local offered = {}
local completed = ask("textDocument/completion", 5, 11)
for _, one in ipairs(completed.items or completed) do
  table.insert(offered, one.label)
end
report("completion", offered)
vim.api.nvim_win_set_cursor(0, { 9, 8 })
vim.lsp.buf.definition()
vim.wait(30000, function() return vim.fn.expand("%:t") == "lib.star" end)
report("definition", { vim.fn.expand("%:t"), vim.api.nvim_win_get_cursor(0)[1] })
vim.cmd("qa!")
