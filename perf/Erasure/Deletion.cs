using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Erasure;

internal static class Deletion
{
    /// <summary>Starts the erasure of an account, or returns its progress.</summary>
    public static HttpRequestMessage Request(XrpcCaller caller, string did) =>
        caller.Post(did, "account.delete", new { confirmation = "DELETE_ALL_MY_DATA" });
}
