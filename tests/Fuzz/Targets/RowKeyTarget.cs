using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.KeyManagement.Rows;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Fuzz.Engine;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>Parsing of row keys: only keys that we could have written are accepted.</summary>
internal sealed class RowKeyTarget() : Target("row-key", typeof(RowKeys), typeof(WrappedKey))
{
    public override int MaxLength => 128;

    public override IEnumerable<string> Words =>
    [
        "shard-", "shard-63.0000065535", ".", "0000000001", "m:", "d:", "~", "591c4a22dc4c594bf5ea3c554ddebeb4",
        "~9c3335a6"
    ];

    public override bool Run(byte[] input)
    {
        var text = Texts.Of(input);
        var account = RowKeys.AccountOf(text);
        FindingException.Unless(account is null || PartitionKey.IsValid(account), "The partition is invalid.");
        FindingException.Unless(
            account is null || text[2..].StartsWith(account + "~", StringComparison.Ordinal), "The account is wrong.");
        try
        {
            var number = new WrappedKey(new TableEntity("keyring", text)).Number;
            FindingException.Unless(
                WrappedKey.NameOf(number) == text && Keyring.IsShardKey(number), "The key is wrong.");
            return true;
        }
        catch (TamperedException)
        {
            return account is not null;
        }
    }
}
