namespace AtpKeyserver.Client;

/// <summary>
/// Gets a service token of the account: a JWT that its PDS signs for one service and one method. Use
/// <see cref="PdsSession.GetServiceTokenAsync"/>, or call <c>com.atproto.server.getServiceAuth</c> with the
/// application's own session (OAuth, for example).
/// </summary>
/// <param name="audience">The keyserver's DID, the parameter <c>aud</c>.</param>
/// <param name="method">The NSID of the method, the parameter <c>lxm</c>.</param>
/// <param name="cancellation">
/// Cancelled when the client is disposed, not with a single call, because calls share a token.
/// </param>
/// <returns>The compact JWT. It is cached until 10 s before it expires.</returns>
public delegate Task<string> TokenSource(string audience, string method, CancellationToken cancellation);
