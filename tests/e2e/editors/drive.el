;; Asks the language server through eglot; the answers are lines of JSON on standard output.

(require 'json)
(defun report (name value)
  (princ (concat (json-encode (list name value)) "\n")))
(defun wait-for (what)
  (let ((left 300))
    (while (and (> left 0) (not (funcall what)))
      (accept-process-output nil 0.1)
      (setq left (1- left)))))

(find-file "pyoxidizer.bzl")
;; `eglot-ensure' connects behind the first command, and there are no commands in a batch.
(run-hooks 'post-command-hook)
(wait-for (lambda () (and (fboundp 'eglot-current-server) (eglot-current-server))))
(flymake-start)
(wait-for #'flymake-diagnostics)
(report "diagnostics"
        (apply #'vector
               (mapcar (lambda (one)
                         (let ((text (flymake-diagnostic-text one)))
                           (vector (line-number-at-pos (flymake-diagnostic-beg one))
                                   (and (string-match "\\[\\(OX[0-9]+\\)\\]" text) (match-string 1 text)))))
                       (flymake-diagnostics))))
(goto-char (point-min))
(search-forward "dist.make_python")
(report "hover"
        (plist-get (plist-get (jsonrpc-request (eglot-current-server) :textDocument/hover
                                               (eglot--TextDocumentPositionParams))
                              :contents)
                   :value))
(goto-char (point-min))
(search-forward "policy.in")
(report "completion"
        (apply #'vector (mapcar #'substring-no-properties (all-completions "" (nth 2 (eglot-completion-at-point))))))
(goto-char (point-min))
(search-forward "print(dou")
(call-interactively #'xref-find-definitions)
(report "definition" (vector (file-name-nondirectory buffer-file-name) (line-number-at-pos)))
