using System.Net;
using System.Text.RegularExpressions;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Tests.Fuzz.Engine;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>A DID is kept verbatim, maps to one URL, and is never a network address.</summary>
internal sealed partial class DidTarget() : Target("did", typeof(Did))
{
    private static readonly string[] Reserved =
        ["alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion", "test"];

    public override IEnumerable<string> Words =>
    [
        "did:plc:", "did:web:", "localhost", "localhost%3A8080", "abcdefghijklmnopqrstuvwx", "127.0.0.1", "xn--", "%3A",
        "0x7f"
    ];

    public override bool Run(byte[] input)
    {
        var text = Texts.Of(input);
        var accepted = Did.TryParse(text, allowLocalhost: false, out var did);
        FindingException.Unless(
            accepted == IsExpected(text), accepted ? "The DID is invalid." : "A valid DID is refused.");
        var inDevelopment = Did.TryParse(text, allowLocalhost: true, out var local);
        FindingException.Unless(
            inDevelopment == (accepted || Localhost().IsMatch(text)), "localhost is accepted in the wrong cases.");
        FindingException.Unless(!inDevelopment || local.IsLocalhost != accepted, "IsLocalhost is wrong.");
        if (!accepted)
            return inDevelopment;
        FindingException.Unless(
            did.Value == text && did.ToString() == text
                && did.Identifier.Equals(did.Value.AsSpan(8), StringComparison.Ordinal),
            "The text was changed.");
        if (did.Method == DidMethod.Web)
        {
            var host = text[8..];
            FindingException.Unless(
                new Uri($"https://{host}/.well-known/did.json").Host == host, "The URL has another host.");
            FindingException.Unless(!IPAddress.TryParse(host, out _), "The host is a network address.");
        }

        var address = new Uri($"https://plc.directory/{text}");
        FindingException.Unless(
            address.Host == "plc.directory" && address.AbsolutePath == "/" + text
                && address.Query + address.Fragment == "",
            "The URL has another path.");
        return true;
    }

    private static bool IsExpected(string text) =>
        Plc().IsMatch(text) || (text.Length <= Did.MaxLength && Web().IsMatch(text)
            && !Reserved.Contains(text[(text.LastIndexOf('.') + 1)..]));

    [GeneratedRegex(@"^did:plc:[a-z2-7]{24}\z")]
    private static partial Regex Plc();

    [GeneratedRegex(@"^did:web:([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?\z")]
    private static partial Regex Web();

    [GeneratedRegex(
        @"^did:web:localhost"
        + @"(%3A([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?\z")]
    private static partial Regex Localhost();
}
