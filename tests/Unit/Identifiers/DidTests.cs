using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Tests.Unit.Identifiers;

public class DidTests
{
    [Theory]
    [InlineData("did:plc:abcdefghijklmnopqrstuvwx", DidMethod.Plc)]
    [InlineData("did:plc:234567234567234567234567", DidMethod.Plc)]
    [InlineData("did:web:example.com", DidMethod.Web)]
    [InlineData("did:web:a.b.c.example.com", DidMethod.Web)]
    [InlineData("did:web:user.example.com", DidMethod.Web)]
    [InlineData("did:web:xn--bcher-kva.com", DidMethod.Web)]
    [InlineData("did:web:xn--80ak6aa92e.com", DidMethod.Web)]
    [InlineData("did:web:xn--e1afmkfd.xn--p1ai", DidMethod.Web)]
    [InlineData("did:web:1.2.3.com", DidMethod.Web)]
    [InlineData("did:web:test.com", DidMethod.Web)]
    [InlineData("did:web:localhost.com", DidMethod.Web)]
    [InlineData("did:web:internal.local.example.com", DidMethod.Web)]
    [InlineData("did:web:a.test1", DidMethod.Web)]
    [InlineData("did:web:a.examples", DidMethod.Web)]
    [InlineData("did:web:a.mylocal", DidMethod.Web)]
    public void Reads(string text, DidMethod method)
    {
        Assert.True(Did.TryParse(text, allowLocalhost: false, out var did));
        Assert.Equal(text, did.Value);
        Assert.Equal(text, did.ToString());
        Assert.Equal(method, did.Method);
        Assert.Equal(text[8..], did.Identifier.ToString());
        Assert.False(did.IsLocalhost);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("did:")]
    [InlineData("did:plc:")]
    [InlineData("did:plc:abcdefghijklmnopqrstuvw")] // 23
    [InlineData("did:plc:abcdefghijklmnopqrstuvwxy")] // 25
    [InlineData("did:plc:abcdefghijklmnopqrstuvw1")]
    [InlineData("did:plc:abcdefghijklmnopqrstuvwX")]
    [InlineData("DID:plc:abcdefghijklmnopqrstuvwx")]
    [InlineData("did:PLC:abcdefghijklmnopqrstuvwx")]
    [InlineData(" did:plc:abcdefghijklmnopqrstuvwx")]
    [InlineData("did:plc:abcdefghijklmnopqrstuvwx\n")]
    [InlineData("did:plc:abcdefghijklmnopqrstuvwx#atproto")]
    [InlineData("did:key:zQ3shYAdq4UY4gHTXJ8RbQkQKRrp3MTnrchtWZgDHU7s3xsL1")]
    [InlineData("did:web:")]
    [InlineData("did:web:example")]
    [InlineData("did:web:Example.com")]
    [InlineData("did:web:example.com.")]
    [InlineData("did:web:.example.com")]
    [InlineData("did:web:example..com")]
    [InlineData("did:web:-example.com")]
    [InlineData("did:web:example-.com")]
    [InlineData("did:web:exa_mple.com")]
    [InlineData("did:web:example.com:443")]
    [InlineData("did:web:example.com%3A443")]
    [InlineData("did:web:example.com:path")]
    [InlineData("did:web:example.com/path")]
    [InlineData("did:web:example.com?query")]
    [InlineData("did:web:example.com#key")]
    [InlineData("did:web:user@example.com")]
    [InlineData("did:web:example.COM")]
    [InlineData("did:web:XN--bcher-kva.com")]
    [InlineData("did:web:example.com..")]
    [InlineData("did:web:.")]
    [InlineData("did:web:b\u00fccher.example.com")]
    [InlineData("did:web:example\u3002com")] // An ideographic full stop, which DNS clients convert to a dot.
    [InlineData("did:web:example.com%2e")]
    [InlineData("did:web:fe80--1.ipv6-literal.1net")]
    [InlineData("did:web:a.alt")]
    [InlineData("did:web:1.0.0.127.in-addr.arpa")]
    [InlineData("did:web:a.example")]
    [InlineData("did:web:metadata.google.internal")]
    [InlineData("did:web:a.invalid")]
    [InlineData("did:web:printer.local")]
    [InlineData("did:web:a.localhost")]
    [InlineData("did:web:localhost.localhost")]
    [InlineData("did:web:a.onion")]
    [InlineData("did:web:a.b.c.test")]
    [InlineData("did:web:test")]
    [InlineData("did:web:internal")]
    [InlineData("did:web:127.0.0.1")]
    [InlineData("did:web:127.1")]
    [InlineData("did:web:0x7f.1")]
    [InlineData("did:web:127.0x1")]
    [InlineData("did:web:2130706433")]
    [InlineData("did:web:[::1]")]
    [InlineData("did:web:localhost")]
    [InlineData("did:web:localhost%3A3000")]
    public void Refuses(string? text)
    {
        Assert.False(Did.TryParse(text, allowLocalhost: false, out var did));
        Assert.Equal(default, did);
    }

    [Theory]
    [InlineData("did:web:localhost", true)]
    [InlineData("did:web:localhost%3A1", true)]
    [InlineData("did:web:localhost%3A65535", true)]
    [InlineData("did:web:localhost%3A65536", false)]
    [InlineData("did:web:localhost%3A0", false)]
    [InlineData("did:web:localhost%3A080", false)]
    [InlineData("did:web:localhost%3A", false)]
    [InlineData("did:web:localhost%3A8\0", false)]
    [InlineData("did:web:localhost%3a3000", false)]
    [InlineData("did:web:a.localhost", false)]
    [InlineData("did:web:a.localhost%3A3000", false)]
    [InlineData("did:web:a.test", false)]
    [InlineData("did:web:localhost:3000", false)]
    [InlineData("did:web:localhost%3A3000%2Fa", false)]
    [InlineData("did:web:localhost%3A+1", false)]
    public void Reads_localhost_only_in_development(string text, bool reads)
    {
        Assert.Equal(reads, Did.TryParse(text, allowLocalhost: true, out var did));
        Assert.Equal(reads, did.Value is not null && did.IsLocalhost);
    }

    [Fact]
    public void Accepts_a_host_of_253_characters_and_a_label_of_63()
    {
        var label = new string('a', 63);
        var host = $"{label}.{label}.{label}.{new string('a', 61)}";
        Assert.Equal(253, host.Length);
        Assert.True(Did.TryParse("did:web:" + host, false, out _));
        Assert.False(Did.TryParse("did:web:" + host + "a", false, out _));
        Assert.False(Did.TryParse($"did:web:{label}a.example.com", false, out _));
    }
}
