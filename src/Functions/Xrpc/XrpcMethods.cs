using System.Collections.Frozen;
using System.Reflection;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>
/// All methods, from the endpoint classes. Built on first use: a request that matches no function.
/// </summary>
public static class XrpcMethods
{
    private static readonly Lazy<IReadOnlyList<XrpcMethod>> Found = new(() =>
    [
        .. typeof(XrpcMethods).Assembly.GetTypes()
            .Where(type => type.IsClass && type.IsAssignableTo(typeof(IXrpcEndpoint)))
            .Select(type => type.GetProperty(nameof(IXrpcEndpoint.Method), BindingFlags.Public | BindingFlags.Static)!)
            .Select(property => (XrpcMethod)property.GetValue(null)!)
            .OrderBy(method => method.Nsid, StringComparer.Ordinal),
    ]);

    private static readonly Lazy<FrozenDictionary<string, XrpcMethod>> ByNsid = new(() =>
        All.SelectMany(method => method.Names, (method, nsid) => (method, nsid))
            .ToFrozenDictionary(named => named.nsid, named => named.method, StringComparer.Ordinal));

    public static IReadOnlyList<XrpcMethod> All => Found.Value;

    /// <summary>The method with this exact NSID; null if there is none.</summary>
    public static XrpcMethod? Find(string nsid) => ByNsid.Value.GetValueOrDefault(nsid);
}
