using System.Net;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Tests.Fuzz.Engine;
using Microsoft.Extensions.Primitives;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>Lines of <c>X-Forwarded-For</c>: the result is an address from the lines, counted from the right.</summary>
internal sealed class ForwardedForTarget() : Target("forwarded-for", typeof(ForwardedFor), typeof(ClientAddress))
{
    public override int MaxLength => 4096;

    public override IEnumerable<string> Words =>
    [
        "203.0.113.7", ":50000", "2001:db8::1", "[2001:db8::1]", "[", "]:443", "::ffff:1.2.3.4", ",", ", ", "%eth0",
        "0x7f.1",
        "010.0.0.1", "/24"
    ];

    public override bool Run(byte[] input)
    {
        var lines = new StringValues(Texts.Of(input).Split('\n'));
        var entries = lines.SelectMany(line => line!.Split(',')).Reverse().ToList();
        var accepted = false;
        foreach (var position in (int[])[1, 2, 8])
        {
            if (!ForwardedFor.TryRead(lines, position, out var address))
                continue;
            accepted = true;
            FindingException.Unless(position <= entries.Count, "The position exceeds the number of entries.");
            var entry = entries[position - 1].Trim(' ', '\t');
            FindingException.Unless(
                IPEndPoint.TryParse(entry, out var point) && point.Address.Equals(address), "The address is wrong.");
            var client = ClientAddress.From(address);
            FindingException.Unless(
                ForwardedFor.TryRead(client.Address!.ToString(), 1, out var again)
                    && ClientAddress.From(again) == client,
                "The value does not round-trip.");
            foreach (var logging in Enum.GetValues<IpAddressLogging>())
                FindingException.Unless(
                    (client.ToLogText(logging)?.Length ?? 0) <= 45, "The log text is not an address.");
        }

        return accepted;
    }
}
