"""The control port's verbs: what can be asked of the emulated network over HTTP, and the document that says so.

`models` are the bodies, `routes` the one table of what there is (handlers also in `modems` and `telephone`), `openapi`
its description, `dispatch` carries requests out. Sockets are `endpoints`', the form of HTTP is `http1`'s.
"""
