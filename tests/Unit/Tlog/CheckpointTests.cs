using System.Text;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Unit.Tlog;

/// <summary>Checkpoints (c2sp.org/tlog-checkpoint).</summary>
public sealed class CheckpointTests
{
    private const string Root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    private const string EmptyRoot = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    [Fact]
    public void The_example_of_the_specification_is_read()
    {
        const string text = $"example.com/behind-the-sofa\n20852163\n{Root}\n";
        Assert.True(Checkpoint.TryParse(Encoding.UTF8.GetBytes(text), out var checkpoint));
        Assert.Equal(("example.com/behind-the-sofa", 20852163L, Root),
            (checkpoint.Origin, checkpoint.Size, checkpoint.Root.ToString()));
        Assert.Equal(text, Encoding.UTF8.GetString(checkpoint.Format()));
        Assert.Equal(text, Encoding.UTF8.GetString(
            new Checkpoint(checkpoint.Origin, checkpoint.Size, checkpoint.Root).Format()));
    }

    [Theory]
    [InlineData($"o\n0\n{EmptyRoot}\n")]
    [InlineData($"o\n9223372036854775807\n{Root}\n")]
    [InlineData($"an origin with spaces + è\n1\n{Root}\nextension\nanother one\n")]
    public void Another_valid_form_is_read_and_written(string text)
    {
        Assert.True(Checkpoint.TryParse(Encoding.UTF8.GetBytes(text), out var checkpoint));
        Assert.Equal(text, Encoding.UTF8.GetString(checkpoint.Format()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("o\n")]
    [InlineData("o\n1\n")]
    [InlineData($"o\n1\n{Root}")]
    [InlineData($"\n1\n{Root}\n")]
    [InlineData($"o\n\n{Root}\n")]
    [InlineData($"o\n01\n{Root}\n")]
    [InlineData($"o\n00\n{EmptyRoot}\n")]
    [InlineData($"o\n-1\n{Root}\n")]
    [InlineData($"o\n+1\n{Root}\n")]
    [InlineData($"o\n 1\n{Root}\n")]
    [InlineData($"o\n1 \n{Root}\n")]
    [InlineData($"o\n1a\n{Root}\n")]
    [InlineData($"o\n٣\n{Root}\n")]
    [InlineData($"o\n9223372036854775808\n{Root}\n")]
    [InlineData($"o\n18446744073709551617\n{Root}\n")]
    [InlineData($"o\n99999999999999999999999999\n{Root}\n")]
    [InlineData($"o\n0\n{Root}\n")]
    [InlineData($"o\n1\n{Root}\n\n")]
    [InlineData($"o\n1\n{Root}\n\nextension\n")]
    [InlineData($"o\n1\n{Root}\nextension")]
    [InlineData($"o\n1\n{Root} \n")]
    [InlineData("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n")]
    [InlineData("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n")]
    [InlineData("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n")]
    [InlineData("o\n1\nCsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=\n")]
    [InlineData($"o\n1\n{Root}\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n")]
    [InlineData($"o\t\n1\n{Root}\n")]
    public void Another_form_is_refused(string text) =>
        Assert.False(Checkpoint.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Invalid_values_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Checkpoint("", 1, TreeHash.Empty));
        Assert.Throws<ArgumentException>(() => new Checkpoint("a\nb", 1, TreeHash.Empty));
        Assert.Throws<ArgumentException>(() => new Checkpoint("\ud800", 1, TreeHash.Empty));
        Assert.Throws<ArgumentException>(() => new Checkpoint("o", 0, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Checkpoint("o", -1, TreeHash.Empty));
    }
}
