using System.Net;
using System.Net.Sockets;
using AtpKeyserver.Configuration;
using AtpKeyserver.Identity;
using AtpKeyserver.Networking;
using Microsoft.Extensions.Options;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Networking;

/// <summary>Host names that resolve to private addresses.</summary>
public class PublicConnectorTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("10.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("168.63.129.16")]
    public async Task Refuses_a_name_that_resolves_to_a_private_address(string address)
    {
        using var server = new CannedServer(CannedServer.Response("{}"));
        var connector =
            new PublicConnector(allowLocalhost: true, (_, _) => Task.FromResult(new[] { IPAddress.Parse(address) }));

        await Assert.ThrowsAsync<HttpRequestException>(
            () => connector.ConnectAsync(new DnsEndPoint("inner.example.com", server.Port), default).AsTask());

        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task Connects_only_to_port_443_of_the_host()
    {
        var asked = new List<string>();
        var connector = new PublicConnector(allowLocalhost: false, (name, _) =>
        {
            asked.Add(name);
            throw new SocketException((int)SocketError.HostNotFound);
        });
        using var hosts = new WebDidHosts(
            Options.Create(new KeyserverOptions()), new DocumentClient(connector, keepsConnections: false));

        var failure =
            await Assert.ThrowsAsync<HttpRequestException>(() => hosts.FetchAsync(Documents.Web, default).AsTask());

        Assert.Equal(["user.example.com"], asked);
        Assert.Contains("user.example.com:443", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connects_only_to_the_addresses_it_has_checked()
    {
        var answers = new Queue<string>(["1.1.1.1", "127.0.0.1"]);
        var connected = new List<string>();
        using var server = new CannedServer(CannedServer.Response("{}"));
        var connector = Connector(_ => [answers.Dequeue()], connected);

        // The first response is public: only it is used, without a second lookup.
        await Assert.ThrowsAsync<HttpRequestException>(() => ConnectAsync(connector, server));
        Assert.Equal(["1.1.1.1"], connected);
        Assert.Single(answers);

        // The second response is private: no connection is opened.
        await Assert.ThrowsAsync<HttpRequestException>(() => ConnectAsync(connector, server));
        Assert.Equal(["1.1.1.1"], connected);
        Assert.Equal(0, server.Connections);
    }

    [Theory]
    [InlineData("127.0.0.1", "1.1.1.1")]
    [InlineData("1.1.1.1", "127.0.0.1")]
    [InlineData("::ffff:10.0.0.1", "1.1.1.1", "fd00::1", "169.254.169.254", "64:ff9b::7f00:1")]
    public async Task Skips_private_addresses(params string[] addresses)
    {
        var connected = new List<string>();
        using var server = new CannedServer(CannedServer.Response("{}"));

        await Assert.ThrowsAsync<HttpRequestException>(
            () => ConnectAsync(Connector(_ => addresses, connected), server));

        Assert.Equal(["1.1.1.1"], connected);
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task Tries_at_most_four_addresses()
    {
        var connected = new List<string>();
        using var server = new CannedServer(CannedServer.Response("{}"));
        var many = Enumerable.Range(1, 100).Select(i => $"1.1.1.{i}").ToArray();

        await Assert.ThrowsAsync<HttpRequestException>(() => ConnectAsync(Connector(_ => many, connected), server));

        Assert.Equal(many[..4], connected);
    }

    [Fact]
    public async Task Refuses_an_open_connection_to_a_private_remote_address()
    {
        using var server = new CannedServer(CannedServer.Response("{}"));
        // A public address that the network routes back to this machine.
        var connector = new PublicConnector(
            allowLocalhost: false,
            (_, _) => Task.FromResult(new[] { IPAddress.Parse("1.1.1.1") }),
            new ConnectionRace(
                (socket, address, stop) =>
                    socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, address.Port), stop), TimeProvider.System));

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => ConnectAsync(connector, server));

        Assert.Equal("Connected to an address that is not public", failure.Message);
        Assert.Equal("", server.Request);
    }

    [Theory]
    [InlineData("xn--bcher-kva.com")]
    [InlineData("xn--80ak6aa92e.com")]
    [InlineData("xn--e1afmkfd.xn--p1ai")]
    [InlineData("a--b.example.com")]
    public async Task Resolves_a_name_exactly_as_written(string host)
    {
        var asked = new List<string>();
        var connector = Connector(name =>
        {
            asked.Add(name);
            return [];
        }, []);
        using var hosts = new WebDidHosts(
            Options.Create(new KeyserverOptions()), new DocumentClient(connector, keepsConnections: false));

        await Assert.ThrowsAsync<UnusableDocumentException>(
            () => hosts.FetchAsync(Documents.Parse("did:web:" + host), default).AsTask());

        Assert.Equal([host], asked);
    }

    /// <summary>Records each connection and refuses it, so nothing leaves the machine.</summary>
    private static PublicConnector Connector(Func<string, string[]> lookup, List<string> connected) => new(
        allowLocalhost: false,
        (name, _) => Task.FromResult(lookup(name).Select(IPAddress.Parse).ToArray()),
        new ConnectionRace(
            (_, address, _) =>
            {
                connected.Add(address.Address.ToString());
                throw new SocketException((int)SocketError.ConnectionRefused);
            },
            TimeProvider.System));

    private static Task<Stream> ConnectAsync(PublicConnector connector, CannedServer server) =>
        connector.ConnectAsync(new DnsEndPoint("user.example.com", server.Port), default).AsTask();
}
