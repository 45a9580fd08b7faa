" Asks the language server through ALE; the answers are lines of JSON in the file that $ANSWERS names.

function! Report(name, value) abort
  call writefile([json_encode([a:name, a:value])], $ANSWERS, 'a')
endfunction

function! WaitFor(what) abort
  let l:left = 300
  while l:left > 0 && !eval(a:what)
    sleep 100m
    let l:left -= 1
  endwhile
endfunction

call WaitFor('len(ale#engine#GetLoclist(bufnr(""))) > 0')
call Report('diagnostics', map(copy(ale#engine#GetLoclist(bufnr(''))), '[v:val.lnum, get(v:val, "code", "")]'))
let g:ale_hover_to_preview = 1
call cursor(5, 22)
ALEHover
call WaitFor('bufexists("ALEPreviewWindow")')
call Report('hover', join(getbufline('ALEPreviewWindow', 1, '$'), "\n"))
execute bufwinnr('pyoxidizer.bzl') . 'wincmd w'
function! Offered() abort
  call Report('completion', map(complete_info(['items']).items, 'v:val.word'))
  return ''
endfunction

" ALE answers only in insert mode, and the whole list is there only while the menu is open.
call cursor(6, 11)
call feedkeys("a\<C-x>\<C-o>\<C-r>=Offered()\<CR>\<C-e>\<Esc>", 'tx')
undo
call cursor(9, 8)
ALEGoToDefinition
call WaitFor('expand("%:t") ==# "lib.star"')
call Report('definition', [expand('%:t'), line('.')])
qa!
