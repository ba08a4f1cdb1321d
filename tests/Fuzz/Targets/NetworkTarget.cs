using System.Net;
using AtpKeyserver.Identifiers;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Tests.Fuzz.Engine;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>Networks of the deny list: each contains its first address and round-trips through text.</summary>
internal sealed class NetworkTarget() : Target("network", typeof(DenyList))
{
    public override int MaxLength => 64;

    public override IEnumerable<string> Words =>
    [
        "203.0.113.0/24", "2001:db8::/32", "::ffff:1.2.3.0/120", "/0", "/33", "/129", "::", "%1", "0.0.0.0"
    ];

    public override bool Run(byte[] input)
    {
        var text = Texts.Of(input);
        if (!DenyList.TryParseNetwork(text, out var network))
            return false;
        FindingException.Unless(
            DenyList.TryParseNetwork(network.Value.ToString(), out var again) && again.Equals(network),
            "The value does not round-trip.");
        FindingException.Unless(
            new DenyList([], [text]).Contains(ClientAddress.From(network.Value.BaseAddress)),
            "The network does not contain its first address.");
        var plain = IPAddress.Parse(text.Split('/')[0]);
        FindingException.Unless(
            (plain.IsIPv4MappedToIPv6 && network.Value.PrefixLength <= 32 ? plain.MapToIPv4() : plain)
                .Equals(network.Value.BaseAddress)
            || plain.Equals(network.Value.BaseAddress), "The network is wrong.");
        return true;
    }
}
