// The whole script of an ordinary page. Pages work without it; it makes them pleasant.
import "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";
import "./clocks.js";
import "./copy.js";
