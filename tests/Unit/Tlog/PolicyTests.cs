using System.Text;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Unit.Tlog;

/// <summary>Policies (c2sp.org/tlog-policy).</summary>
public sealed class PolicyTests
{
    private const long Now = 1_790_000_000;

    private static readonly NoteSigner Log = new("log.example", Seed(1));
    private static readonly NoteSigner OtherLog = new("other.example", Seed(2));
    private static readonly Cosigner[] Witnesses =
        [.. Enumerable.Range(0, 8).Select(i => new Cosigner($"w{i}.example", Seed((byte)(100 + i))))];

    private static readonly byte[] Text = new Checkpoint("log.example", 1, TreeHash.Leaf([])).Format();

    private static string LogLine => $"log {Log.VerifierKey}\n";

    [Fact]
    public void The_example_of_the_specification_needs_two_X_and_one_Y()
    {
        var policy = Read(
            $"""
            {LogLine}
              # comment
            {Witness("X1", 0)} https://x1.example/
            {Witness("X2", 1)}
            {Witness("X3", 2)}
            group X-witnesses 2 X1 X2 X3

            {Witness("Y1", 3)}
            {Witness("Y2", 4)}
            {Witness("Y3", 5)}
            group Y-witnesses any Y1 Y2 Y3

            {"\t"}group  X-and-Y	all X-witnesses Y-witnesses{"  "}
            quorum X-and-Y

            """);
        Assert.Equal("https://x1.example/", policy.Witnesses[0].Url);
        Assert.Null(policy.Witnesses[1].Url);
        for (var set = 0; set < 64; set++)
        {
            var xs = (set & 1) + (set >> 1 & 1) + (set >> 2 & 1);
            var expected = xs >= 2 && set >> 3 != 0;
            var cosigners = Witnesses.Take(6).Where((_, i) => (set >> i & 1) == 1).ToArray();
            Assert.Equal(
                expected ? PolicyStatus.Accepted : PolicyStatus.NoQuorum, policy.Check(Signed(Now, cosigners)));
            string[] names = ["X1", "X2", "X3", "Y1", "Y2", "Y3"];
            Assert.Equal(expected, policy.IsQuorum(names.Where((_, i) => (set >> i & 1) == 1).ToHashSet()));
        }
    }

    [Fact]
    public void A_checkpoint_needs_the_signature_of_a_log_with_its_origin()
    {
        var policy = Read($"{LogLine}log {OtherLog.VerifierKey} https://other.example/\nquorum none\n");
        Assert.Equal(PolicyStatus.Accepted, policy.Check(new Note(Text, [Log.Sign(Text)])));
        Assert.Equal(PolicyStatus.UnknownLog, policy.Check(new Note(Text, [OtherLog.Sign(Text)])));
        Assert.Equal(
            PolicyStatus.InvalidSignature, policy.Check(new Note(Text, [Log.Sign(Text), OtherLog.Sign("x\n"u8)])));
        Assert.Equal(PolicyStatus.InvalidSignature, policy.Check(new Note(Text, [Log.Sign("x\n"u8)])));
        Assert.Equal(PolicyStatus.NotACheckpoint, policy.Check(new Note("x\n"u8.ToArray(), [Log.Sign("x\n"u8)])));
        var open = Read("quorum none\n");
        Assert.Equal(PolicyStatus.Accepted, open.Check(new Note(Text, [OtherLog.Sign(Text)])));
    }

    [Fact]
    public void Only_cosignatures_in_the_accepted_time_count()
    {
        var policy = Read($"{LogLine}{Witness("w", 0)}\nquorum w\n");
        var note = Signed(Now, Witnesses[0]);
        Assert.Equal(PolicyStatus.Accepted, policy.Check(note, Now, Now));
        Assert.Equal(PolicyStatus.NoQuorum, policy.Check(note, Now + 1));
        Assert.Equal(PolicyStatus.NoQuorum, policy.Check(note, 0, Now - 1));
        var forged = new Note(Text, [Log.Sign(Text), Witnesses[0].Cosign("x\n"u8, Now)]);
        Assert.Equal(PolicyStatus.InvalidSignature, policy.Check(forged));
    }

    [Fact]
    public void Names_are_opaque_bytes()
    {
        byte[] policy = [.. Encoding.UTF8.GetBytes($"{Witness("K", 0)}\n{Witness("\u212a", 1)}\n"), .. "quorum K\n"u8];
        Assert.True(LogPolicy.TryParse(policy, out var read, out _));
        Assert.Equal(2, read.Witnesses.Count);
        policy = [.. Encoding.UTF8.GetBytes("# \u00e8 "), 0xFF, .. "\nquorum none\n"u8];
        Assert.True(LogPolicy.TryParse(policy, out _, out _));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(0, "# nothing\n")]
    [InlineData(1, "quorum none")]
    [InlineData(1, "quorum\n")]
    [InlineData(1, "quorum a\n")]
    [InlineData(1, "quorum none none\n")]
    [InlineData(1, "Quorum none\n")]
    [InlineData(1, "quorum none # comment\n")]
    [InlineData(1, "quorum none\r\n")]
    [InlineData(1, "quorum\u007f none\n")]
    [InlineData(1, "quorum\u00a0none\n")]
    [InlineData(2, "quorum none\nquorum none\n")]
    [InlineData(1, "log\n")]
    [InlineData(1, "log vkey\n")]
    [InlineData(1, "log LOG url url\n")]
    [InlineData(2, "log LOG\nlog LOG\n")]
    [InlineData(1, "log W1\n")]
    [InlineData(1, "witness a\n")]
    [InlineData(1, "witness a LOG\n")]
    [InlineData(1, "witness a W1 url url\n")]
    [InlineData(1, "witness none W1\n")]
    [InlineData(2, "witness a W1\nwitness a W2\n")]
    [InlineData(2, "witness a W1\nwitness b W1\n")]
    [InlineData(2, "witness a W1\ngroup a any a\n")]
    [InlineData(2, "witness a W1\ngroup g\n")]
    [InlineData(2, "witness a W1\ngroup g any\n")]
    [InlineData(2, "witness a W1\ngroup g a\n")]
    [InlineData(2, "witness a W1\ngroup g some a\n")]
    [InlineData(2, "witness a W1\ngroup g 0 a\n")]
    [InlineData(2, "witness a W1\ngroup g 2 a\n")]
    [InlineData(2, "witness a W1\ngroup g 01 a\n")]
    [InlineData(2, "witness a W1\ngroup g -1 a\n")]
    [InlineData(2, "witness a W1\ngroup g 99999999999999999999 a\n")]
    [InlineData(2, "witness a W1\ngroup g any a a\n")]
    [InlineData(2, "witness a W1\ngroup g any none\n")]
    [InlineData(2, "witness a W1\ngroup g any g\n")]
    [InlineData(2, "witness a W1\ngroup none any a\n")]
    [InlineData(3, "witness a W1\ngroup g any a\ngroup h any a\n")]
    [InlineData(1, "group g any a\nwitness a W1\n")]
    [InlineData(1, "unknown\n")]
    public void A_malformed_policy_is_refused_with_its_line(int line, string text)
    {
        text = text.Replace("LOG", Log.VerifierKey.ToString(), StringComparison.Ordinal)
            .Replace("W1", Witnesses[0].VerifierKey.ToString(), StringComparison.Ordinal)
            .Replace("W2", Witnesses[1].VerifierKey.ToString(), StringComparison.Ordinal);
        Assert.False(LogPolicy.TryParse(Encoding.UTF8.GetBytes(text), out _, out var faultyLine));
        Assert.Equal(line, faultyLine);
    }

    [Fact]
    public void The_same_public_key_under_another_name_is_a_duplicate()
    {
        using var alias = new Cosigner("alias.example", Seed(100));
        var text = $"{Witness("a", 0)}\nwitness b {alias.VerifierKey}\nquorum none\n";
        Assert.False(LogPolicy.TryParse(Encoding.UTF8.GetBytes(text), out _, out var line));
        Assert.Equal(2, line);
    }

    [Fact]
    public void At_least_32_of_a_kind_are_supported_and_more_than_64_are_refused()
    {
        Assert.True(LogPolicy.TryParse(Large(64), out var policy, out _));
        Assert.Equal((64, 64, 64), (policy.Logs.Count, policy.Witnesses.Count, policy.Groups.Count));
        Assert.False(LogPolicy.TryParse(Large(65), out _, out _));
        Assert.False(LogPolicy.TryParse(new byte[LogPolicy.MaxSize + 1], out _, out _));
    }

    private static byte[] Large(int count)
    {
        var text = new StringBuilder();
        for (byte i = 0; i < count; i++)
        {
            using var log = new NoteSigner($"l{i}", Seed(i));
            using var witness = new Cosigner($"w{i}", Seed(i));
            text.Append(null, $"log {log.VerifierKey}\nwitness w{i} {witness.VerifierKey}\n");
        }

        for (var i = 0; i < count; i++)
            text.Append(null, $"group g{i} any w{i}\n");
        return Encoding.UTF8.GetBytes(text.Append("quorum none\n").ToString());
    }

    private static Note Signed(long time, params Cosigner[] cosigners) =>
        new(Text, [Log.Sign(Text), .. cosigners.Select(cosigner => cosigner.Cosign(Text, time))]);

    private static string Witness(string name, int number) => $"witness {name} {Witnesses[number].VerifierKey}";

    private static byte[] Seed(byte value) => [.. Enumerable.Repeat(value, 32)];

    private static LogPolicy Read(string text)
    {
        Assert.True(LogPolicy.TryParse(Encoding.UTF8.GetBytes(text), out var policy, out var line), $"Line {line}");
        return policy;
    }
}
