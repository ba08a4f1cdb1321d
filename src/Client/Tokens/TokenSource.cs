namespace AtpKeyserver.Client;

/// <summary>
/// Gets a service token of the account: a JWT that its PDS signs for one service and one method.
/// <see cref="PdsSession.GetServiceTokenAsync"/> is one; an application with a session of its own (OAuth, for example)
/// calls <c>com.atproto.server.getServiceAuth</c> here.
/// </summary>
/// <param name="audience">The keyserver's DID, the parameter <c>aud</c>.</param>
/// <param name="method">The NSID of the method, the parameter <c>lxm</c>.</param>
/// <param name="cancellation">Gives up. It is that of the client, not of one call: calls share a token.</param>
/// <returns>The compact JWT. It is kept until 10 s before it ends.</returns>
public delegate Task<string> TokenSource(string audience, string method, CancellationToken cancellation);
