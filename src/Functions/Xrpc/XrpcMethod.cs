namespace AtpKeyserver.Functions.Xrpc;

/// <summary>One method of the API: a query (GET, HEAD) or a procedure (POST), under its NSID and its aliases.</summary>
public sealed record XrpcMethod(string Nsid, XrpcKind Kind, XrpcAccess Access, params string[] Aliases)
{
    /// <summary>Whether an account that was deleted may call it.</summary>
    public bool IsForDeleted { get; init; }

    /// <summary>Whether an offline server answers it: it says what the server is, and reads nothing.</summary>
    public bool IsForOffline { get; init; }

    /// <summary>What stands before the NSID in the path.</summary>
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
    /// <summary>Anybody, without a token.</summary>
    Anyone,

    /// <summary>An account, with a service-auth token for this method.</summary>
    Account,
}
