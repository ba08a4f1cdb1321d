using AtpKeyserver.Functions.Xrpc;

namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>The names in the route table, including aliases, as theory rows; and one valid call for each.</summary>
public static class Methods
{
    public static TheoryData<string> All => Where(_ => true);

    public static TheoryData<string> Queries => Where(method => method.Kind == XrpcKind.Query);

    public static TheoryData<string> Procedures => Where(method => method.Kind == XrpcKind.Procedure);

    public static TheoryData<string> OfAccounts => Where(method => method.Access == XrpcAccess.Account);

    /// <summary>Methods with a group id, whose error is the response.</summary>
    public static TheoryData<string> OfGroups => Where(
        method => method.Nsid.StartsWith(Api.A + "group.", StringComparison.Ordinal)
            && Short(method.Nsid) is not ("group.listGroups" or "group.getKeys"));

    /// <summary>Methods that read the storage.</summary>
    public static IEnumerable<string> Stored => Names(method => method.Nsid != Api.A + "server.describeServer");

    /// <summary>Each alias with its method.</summary>
    public static TheoryData<string, string> Aliases
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var method in XrpcMethods.All)
            {
                foreach (var alias in method.Aliases)
                    rows.Add(Short(method.Nsid), Short(alias));
            }

            return rows;
        }
    }

    public static bool IsQuery(string method) => XrpcMethods.Find(Api.A + method)!.Kind == XrpcKind.Query;

    public static bool IsForAnyone(string method) => XrpcMethods.Find(Api.A + method)!.Access == XrpcAccess.Anyone;

    /// <summary>Sends every parameter that some method needs: unknown ones are ignored.</summary>
    public static Task<Answer> CallAsync(this Api api, string method, string caller, string group, string did) =>
        IsQuery(method)
        ? api.GetAsync(
            method, IsForAnyone(method) ? null : caller, ("group_id", group), ("did", did), ("keys", group))
        : api.PostAsync(method, caller, new
        {
            group_id = group,
            member_did = did,
            member_dids = new[] { did },
            delegate_did = did,
            permissions = new[] { "add_member" },
            confirmation = "DELETE_ALL_MY_DATA",
        });

    private static TheoryData<string> Where(Func<XrpcMethod, bool> predicate) => new(Names(predicate));

    private static IEnumerable<string> Names(Func<XrpcMethod, bool> predicate) =>
        XrpcMethods.All.Where(predicate).SelectMany(method => method.Names).Select(Short);

    private static string Short(string nsid) => nsid[Api.A.Length..];
}
