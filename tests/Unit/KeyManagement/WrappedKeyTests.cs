using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement.Rows;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Unit.KeyManagement;

public sealed class WrappedKeyTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(long.MaxValue)]
    [InlineData("now")]
    public void A_missing_or_invalid_creation_time_is_tampering(object? created)
    {
        var row = new TableEntity("keyring", "shard-00.0000000001");
        if (created is not null)
            row["Created"] = created;
        Assert.Throws<TamperedException>(() => new WrappedKey(row).Created);
    }
}
