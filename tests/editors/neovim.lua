-- What a user of Neovim does with the file $AS_FILE; the result is written to $AS_RESULT as JSON.

local file, result_file = os.getenv('AS_FILE'), os.getenv('AS_RESULT')
local result = {}

local function wait_until(what, condition)
  if not vim.wait(60000, condition, 10) then
    error('timeout: ' .. what)
  end
end

local function diagnostics()
  return vim.diagnostic.get(0)
end

-- Puts the cursor on the first place that contains a text.
local function go_to(text)
  vim.fn.cursor(1, 1)
  assert(vim.fn.search('\\V' .. vim.fn.escape(text, '\\'), 'c') > 0, text)
end

local function float()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      return window
    end
  end
end

local function hover(text)
  go_to(text)
  vim.lsp.buf.hover()
  wait_until('hover', float)
  local lines = vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(float()), 0, -1, false)
  vim.api.nvim_win_close(float(), true)
  return lines
end

local function definition(text)
  local before = vim.fn.expand('%:p')
  go_to(text)
  vim.lsp.buf.definition()
  wait_until('definition', function()
    return vim.fn.expand('%:p') ~= before
  end)
  local place = { vim.fn.expand('%:p'), vim.fn.line('.') }
  vim.cmd('edit ' .. before)
  return place
end

-- The labels of the proposals behind a text in a new line, which the first of them completes.
local function completion(line, text)
  vim.fn.append(line, text)
  vim.fn.cursor(line + 1, #text + 1)
  local position = { line = line, character = #text }
  local parameters = { textDocument = { uri = vim.uri_from_bufnr(0) }, position = position }
  local replies = vim.lsp.buf_request_sync(0, 'textDocument/completion', parameters, 60000)
  local labels, items = {}, {}
  for _, reply in pairs(replies) do
    for _, item in ipairs(reply.result) do
      table.insert(labels, item.label)
      table.insert(items, item)
    end
  end
  vim.lsp.util.apply_text_edits({ items[1].textEdit }, vim.api.nvim_get_current_buf(), 'utf-16')
  local completed = vim.fn.getline(line + 1)
  vim.cmd((line + 1) .. 'delete')
  return { labels = labels, completed = completed }
end

-- Chooses the code action whose title starts with a text; returns all titles.
local function code_action(text, start)
  local titles, chosen = {}, nil
  vim.ui.select = function(items, options, choose)
    for _, item in ipairs(items) do
      local title = options.format_item(item)
      table.insert(titles, title)
      if vim.startswith(title, start) then
        chosen = item
      end
    end
    choose(chosen)
  end
  go_to(text)
  vim.lsp.buf.code_action()
  wait_until('code action', function()
    return chosen ~= nil
  end)
  return titles
end

local function play()
  vim.cmd('edit ' .. file)
  result.filetype = vim.bo.filetype
  wait_until('diagnostics', function()
    return #diagnostics() > 0
  end)
  result.diagnostics = diagnostics()
  result.hover = hover('SSLUseStapling')
  result.certificate = hover('certs/wiki.example.net.pem')
  result.definitions = {
    certificate = definition('certs/wiki.example.net.pem'),
    variable = definition('APACHE_LOG_DIR'),
  }
  result.names = completion(vim.fn.search('SSLEngine'), '    SSLStaplingReturn')
  result.values = completion(vim.fn.search('SSLEngine'), '    SSLUseStapling ')
  result.actions = code_action('SSLCertificateFile', 'Fix AS304')
  wait_until('no diagnostics', function()
    return #diagnostics() == 0
  end)
  vim.cmd('silent write')
end

local ok, message = xpcall(play, debug.traceback)
if not ok then
  result.error = message
end
vim.fn.writefile({ vim.fn.json_encode(result) }, result_file)
vim.cmd('qall!')
