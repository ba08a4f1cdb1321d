namespace AtpKeyserver.Functions.Xrpc;

/// <summary>One method of the API: a query (GET, HEAD) or a procedure (POST), under its NSID and its aliases.</summary>
public sealed record XrpcMethod(string Nsid, XrpcKind Kind, XrpcAccess Access, params string[] Aliases)
{
    /// <summary>Whether a deleted account may call it.</summary>
    public bool IsForDeleted { get; init; }

    /// <summary>Whether it is available in offline mode: it describes the server and reads no data.</summary>
    public bool IsForOffline { get; init; }

    /// <summary>The path before the NSID.</summary>
    public const string Prefix = "xrpc/";

    /// <summary>The value of <c>Allow</c> for a wrong verb.</summary>
    public string Allow => Kind == XrpcKind.Query ? "GET, HEAD" : "POST";
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

    /// <summary>An account, with a service-auth token for this method.</summary>
    Account,
}
