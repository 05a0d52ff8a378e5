/* The portal works without this. With it, the browser can install it, and says so kindly when there is no network. */
if ("serviceWorker" in navigator) {
  const worker = document.documentElement.dataset.worker;
  if (worker) navigator.serviceWorker.register(worker);
}
