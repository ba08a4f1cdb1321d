using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.AccessLog;

/// <summary>Owners that read their group's key repeatedly.</summary>
internal sealed class Readers(Stack stack) : IDisposable
{
    public const int Connections = 16;
    public const int Many = 64;

    /// <summary>The duration of a measurement.</summary>
    public static readonly TimeSpan Slice = TimeSpan.FromSeconds(4);

    private int _accounts;

    public XrpcCaller Caller { get; } = new(stack);

    public string NewAccount() =>
        stack.Atproto.CreateAccount($"user{_accounts++}.test", AccountMethod.Plc, AccountCurve.P256).Did;

    public static string Group(string owner) => $"{owner}#friends";

    public Task<Load> GetKeyAsync(
        Uri origin, HttpMethod verb, string owner, int connections, TimeSpan time, int requests = int.MaxValue) =>
        Load.SendAsync(
            origin,
            verb,
            $"/xrpc/{XrpcCaller.Prefix}group.getKey{XrpcCaller.GroupQuery(Group(owner))}",
            () => Caller.Token(owner, "group.getKey"),
            connections,
            time,
            requests);

    public void Dispose() => Caller.Dispose();
}
