/**
 * A server that speaks TLS, with a certificate that no machine trusts unless it is told to.
 */
import { Effect } from "effect"
import * as Https from "node:https"
import { listen } from "./FaultServer.ts"

/** Of an authority that no machine trusts, for 127.0.0.1. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBRhoXUEbQChQzk37
GM5CxOBEoeKNwkqWKRMtQdwvRTihRANCAAReprLx1FtH3GeylZUYfDCqKDC+Bxld
+mAcflXzAP9K9xTMCs0T4EW3eMveDYVOqx8Bcw4WZ8+saNOYPz+Ijuvi
-----END PRIVATE KEY-----`
export const cert = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUcbgaekxkl6mThQTZn+4l388AQsgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNzIwMDgyMloYDzIxMjYxMTAz
MjAwODIyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAReprLx1FtH3GeylZUYfDCqKDC+Bxld+mAcflXzAP9K9xTMCs0T4EW3
eMveDYVOqx8Bcw4WZ8+saNOYPz+Ijuvio28wbTAdBgNVHQ4EFgQUefT5GvzXN1/R
ET7tCd7QGO3ohpIwHwYDVR0jBBgwFoAUefT5GvzXN1/RET7tCd7QGO3ohpIwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhANneDb0N/bLQbjvjuDWlpzCNLPX/sLEl2PfOqLQfMgESAiBS
RoAaln3tNazBBqaCOWc0HJhFMobMPGKfq6NqRP6XNQ==
-----END CERTIFICATE-----`

/** Serves the same answer to all, and counts what it is asked. */
export const serveTls = Effect.fnUntraced(function*(answer = "") {
  let asked = 0
  const server = Https.createServer({ key, cert }, (_, response) => {
    asked++
    response.end(answer)
  })
  return { port: yield* listen(server), asked: () => asked }
})
