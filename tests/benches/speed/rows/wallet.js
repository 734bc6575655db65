// Notes when what happens on the way to the first code. Run before anything of the page's own.
(() => {
  const mark = (name) => performance.mark("code:" + name);

  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = (...given) => {
    const made = instantiateStreaming.apply(WebAssembly, given);
    made.then(() => mark("program"));
    return made;
  };

  const { sign } = SubtleCrypto.prototype;
  SubtleCrypto.prototype.sign = function (...given) {
    mark("stored");
    const signature = sign.apply(this, given);
    signature.then(() => mark("signed"));
    return signature;
  };

  new MutationObserver((_, observer) => {
    if (!document.querySelector(".code path")) return;
    observer.disconnect();
    // The frame that shows it begins with the callback, and is painted before the next task.
    requestAnimationFrame(() => {
      const next = new MessageChannel();
      next.port1.onmessage = () => mark("shown");
      next.port2.postMessage(null);
    });
  }).observe(document, { childList: true, subtree: true });
})();
