using System.Net;
using System.Net.Sockets;
using AtpKeyserver.Identity;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>Names that lead inside.</summary>
public class PublicConnectorTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("10.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("168.63.129.16")]
    public async Task Never_connects_to_a_name_that_means_an_inner_address(string address)
    {
        using var server = new CannedServer(CannedServer.Response("{}"));
        var connector = new PublicConnector(allowLocalhost: true, (_, _) => Task.FromResult(new[] { IPAddress.Parse(address) }));

        await Assert.ThrowsAsync<HttpRequestException>(
            () => connector.ConnectAsync(new DnsEndPoint("inner.example.com", server.Port), default).AsTask());

        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task Asks_port_443_of_the_host_and_nothing_else()
    {
        var asked = new List<string>();
        var connector = new PublicConnector(allowLocalhost: false, (name, _) =>
        {
            asked.Add(name);
            throw new SocketException((int)SocketError.HostNotFound);
        });
        using var hosts = new WebDidHosts(Options.Create(new KeyserverOptions()), new DocumentClient(connector));

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => hosts.FetchAsync(Documents.Web, default).AsTask());

        Assert.Equal(["user.example.com"], asked);
        Assert.Contains("user.example.com:443", failure.Message, StringComparison.Ordinal);
    }
}
