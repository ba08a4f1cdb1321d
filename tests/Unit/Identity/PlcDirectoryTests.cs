using System.Text;
using AtpKeyserver.Configuration;
using AtpKeyserver.Identity;
using AtpKeyserver.Networking;
using AtpKeyserver.Tests.Support;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.Identity;

public class PlcDirectoryTests
{
    [Theory]
    [InlineData("", "/did:plc:abcdefghijklmnopqrstuvwx")]
    [InlineData("/", "/did:plc:abcdefghijklmnopqrstuvwx")]
    [InlineData("/plc/", "/plc/did:plc:abcdefghijklmnopqrstuvwx")]
    public async Task Asks_the_directory_for_the_DID(string path, string expected)
    {
        using var server = new CannedServer(CannedServer.Response("{}", "application/did+ld+json"));
        using var directory = Directory(server, path);

        Assert.Equal("{}", Encoding.UTF8.GetString((await directory.FetchAsync(Documents.Plc, default))!));

        Assert.StartsWith($"GET {expected} HTTP/1.1\r\n", server.Request, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("404 Not Found")]
    [InlineData("410 Gone")]
    public async Task Finds_nothing_when_the_DID_is_unknown_or_gone(string status)
    {
        using var server =
            new CannedServer(CannedServer.Response("{\"message\":\"DID not available\"}", status: status));
        using var directory = Directory(server);

        Assert.Null(await directory.FetchAsync(Documents.Plc, default));
    }

    [Fact]
    public async Task Limits_the_directory_like_any_host()
    {
        using var server = new CannedServer(CannedServer.Response(new string(' ', DocumentClient.MaxBytes + 1)));
        using var directory = Directory(server);

        await Assert.ThrowsAsync<UnusableDocumentException>(() =>
            directory.FetchAsync(Documents.Plc, default).AsTask());
    }

    private static PlcDirectory Directory(CannedServer server, string path = "") =>
        new(
            Options.Create(new KeyserverOptions { PlcDirectory = $"http://127.0.0.1:{server.Port}{path}" }),
            new DocumentClient(new OperatorConnector(), keepsConnections: true, Eventually.Patience));
}
