using System.Net;
using System.Text;
using AtpKeyserver.Configuration;
using AtpKeyserver.Identity;
using AtpKeyserver.Networking;
using AtpKeyserver.Tests.Support;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>
/// Fetches from a loopback server with the development rules for did:web, with a timeout that suits slow machines.
/// </summary>
internal static class LoopbackHost
{
    public static async Task<byte[]?> FetchAsync(
        CannedServer server, TimeSpan? timeout = null, TimeProvider? clock = null)
    {
        using var hosts = new WebDidHosts(
            Options.Create(new KeyserverOptions { AllowLocalhost = true }),
            new DocumentClient(
                new PublicConnector(allowLocalhost: true, Dns.GetHostAddressesAsync),
                keepsConnections: false,
                timeout ?? Eventually.Patience,
                clock));
        return await hosts.FetchAsync(Documents.Parse($"did:web:localhost%3A{server.Port}"), CancellationToken.None);
    }

    public static async Task<string> TextAsync(CannedServer server) =>
        Encoding.UTF8.GetString((await FetchAsync(server))!);
}
