using System.Net;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using static AtpKeyserver.Tests.Unit.RateLimiting.LimitsFixture;

namespace AtpKeyserver.Tests.Unit.RateLimiting;

public sealed class ClientAddressTests
{
    private const string Socket = "10.1.2.3";

    [Theory]
    [InlineData(1, "203.0.113.7", "203.0.113.7")]
    [InlineData(1, "203.0.113.7:50123", "203.0.113.7")]
    [InlineData(1, "6.6.6.6, 203.0.113.7:50123", "203.0.113.7")]
    [InlineData(1, "6.6.6.6,7.7.7.7,\t203.0.113.7 ", "203.0.113.7")]
    [InlineData(1, "garbage, , 203.0.113.7", "203.0.113.7")]
    [InlineData(1, ",203.0.113.7", "203.0.113.7")]
    [InlineData(1, "2001:db8::7", "2001:db8::7")]
    [InlineData(1, "[2001:db8::7]", "2001:db8::7")]
    [InlineData(1, "6.6.6.6, [2001:db8::7]:443", "2001:db8::7")]
    [InlineData(1, "::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData(1, "[::ffff:203.0.113.7]:65535", "203.0.113.7")]
    [InlineData(2, "6.6.6.6, 203.0.113.7, 198.51.100.1", "203.0.113.7")]
    [InlineData(2, "6.6.6.6, 203.0.113.7, garbage", "203.0.113.7")]
    [InlineData(2, "203.0.113.7, ", "203.0.113.7")]
    [InlineData(3, "6.6.6.6, [2001:db8::7]:1, 198.51.100.1:2, 198.51.100.2:3", "2001:db8::7")]
    [InlineData(0, "6.6.6.6", Socket)]
    [InlineData(0, "", Socket)]
    public void Is_the_address_that_the_outermost_trusted_proxy_wrote(
        int trustedProxies, string header, string expected)
    {
        var address = ForwardedFor.ClientOf(Request(header), trustedProxies);
        Assert.Equal(expected, address.Address?.ToString());
        Assert.Equal(Address(expected), address);
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(1, "unknown")]
    [InlineData(1, "203.0.113.7, ")]
    [InlineData(1, "203.0.113.7, _hidden")]
    [InlineData(1, "203.0.113")]
    [InlineData(1, "1")]
    [InlineData(1, "0x7f.0.0.1")]
    [InlineData(1, "010.0.0.1")]
    [InlineData(1, "203.0.113.7:")]
    [InlineData(1, "203.0.113.7:65536")]
    [InlineData(1, "203.0.113.7:+80")]
    [InlineData(1, "[203.0.113.7]")]
    [InlineData(1, "[2001:db8::7")]
    [InlineData(1, "[2001:db8::7]443")]
    [InlineData(1, "[]")]
    [InlineData(1, "[[::1]]")]
    [InlineData(1, "fe80::1%eth0")]
    [InlineData(1, "2001:db8::/32")]
    [InlineData(1, "\"203.0.113.7\"")]
    [InlineData(2, "203.0.113.7")]
    [InlineData(8, "1.1.1.1, 2.2.2.2")]
    public void Is_unknown_when_that_is_not_an_address(int trustedProxies, string header) =>
        Assert.Equal(ClientAddress.Unknown, ForwardedFor.ClientOf(Request(header), trustedProxies));

    [Fact]
    public void Reads_several_header_lines_as_one_list()
    {
        var context = Request("6.6.6.6", "7.7.7.7, 203.0.113.7", "198.51.100.1");
        Assert.Equal(Address("198.51.100.1"), ForwardedFor.ClientOf(context, 1));
        Assert.Equal(Address("203.0.113.7"), ForwardedFor.ClientOf(context, 2));
        Assert.Equal(Address("7.7.7.7"), ForwardedFor.ClientOf(context, 3));
        Assert.Equal(Address("6.6.6.6"), ForwardedFor.ClientOf(context, 4));
        Assert.Equal(ClientAddress.Unknown, ForwardedFor.ClientOf(context, 5));
    }

    [Fact]
    public void Is_the_socket_address_without_a_proxy()
    {
        Assert.Equal(Address(Socket), ForwardedFor.ClientOf(Request(), 1));
        Assert.Equal(ClientAddress.Unknown, ForwardedFor.ClientOf(new DefaultHttpContext(), 1));
    }

    [Fact]
    public void The_unknown_address_equals_no_network()
    {
        Assert.NotEqual(ClientAddress.Unknown, Address("::"));
        Assert.NotEqual(ClientAddress.Unknown, Address("0.0.0.0"));
        Assert.Equal(Address("::1"), Address("::2"));
        Assert.NotEqual(Address("127.0.0.1"), Address("::1"));
        Assert.Equal(Address("2001:db8::1").GetHashCode(), Address("2001:db8::2").GetHashCode());
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.0/24", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.0/24", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48", "2001:db8:1:2:3:4:5:6")]
    [InlineData("fe80::1%3", "fe80::/48", "fe80::1")]
    public void Formats_the_address_for_the_access_log(string text, string truncated, string full)
    {
        var address = Address(text);
        Assert.Null(address.ToLogText(IpAddressLogging.Off));
        Assert.Equal(truncated, address.ToLogText(IpAddressLogging.Truncated));
        Assert.Equal(full, address.ToLogText(IpAddressLogging.Full));
        Assert.Equal(truncated, $"{address}");
    }

    [Fact]
    public void An_unknown_address_is_not_logged()
    {
        Assert.Null(ClientAddress.Unknown.ToLogText(IpAddressLogging.Full));
        Assert.Equal("unknown", ClientAddress.Unknown.ToString());
    }

    private static DefaultHttpContext Request(params string[] forwardedFor)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(Socket);
        if (forwardedFor.Length > 0)
            context.Request.Headers["X-Forwarded-For"] = new StringValues(forwardedFor);
        return context;
    }
}
