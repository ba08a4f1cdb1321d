namespace AtpKeyserver.Functions.Xrpc;

/// <summary>
/// One method of the API, a query (GET, HEAD) or a procedure (POST); or something else that is served, such as the DID
/// document or a preflight.
/// </summary>
/// <param name="Nsid">The canonical name; for a resource, its name in metrics.</param>
/// <param name="Kind">Decides the verbs and the budget.</param>
/// <param name="Access">Who may call it.</param>
/// <param name="Aliases">Other NSIDs.</param>
public sealed record XrpcMethod(string Nsid, XrpcKind Kind, XrpcAccess Access, params string[] Aliases)
{
    /// <summary>The path before the NSID.</summary>
    public const string Prefix = "xrpc/";

    /// <summary>Maximum length of the body, in bytes.</summary>
    public int MaxBody { get; init; } = XrpcBody.MaxLength;

    /// <summary>Whether a deleted account may call it.</summary>
    public bool IsForDeleted { get; init; }

    /// <summary>Whether it is available in offline mode: it describes the server and reads no data.</summary>
    public bool IsForOffline { get; init; }

    /// <summary>Whether its path contains no NSID.</summary>
    public bool IsResource { get; private init; }

    /// <summary>The NSID and the aliases.</summary>
    public IEnumerable<string> Names => Aliases.Prepend(Nsid);

    /// <summary>The value of <c>Allow</c> for a wrong verb.</summary>
    public string Allow => Kind == XrpcKind.Query ? "GET, HEAD" : "POST";

    /// <summary>A resource, which is always available.</summary>
    public static XrpcMethod Resource(string name, XrpcAccess access = XrpcAccess.Anyone) =>
        new(name, XrpcKind.Query, access) { IsForOffline = true, IsResource = true };
}

public enum XrpcKind
{
    Query,
    Procedure,
}

public enum XrpcAccess
{
    /// <summary>Anyone, without a token.</summary>
    Anyone,

    /// <summary>Anyone; uses no budget, since it costs little.</summary>
    Unmetered,

    /// <summary>An account, with a service-auth token for this method.</summary>
    Account,
}
