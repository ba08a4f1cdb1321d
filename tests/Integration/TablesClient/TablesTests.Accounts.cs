using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.Support;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.TablesClient;

public sealed class TablesTestsAccounts(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    [Fact]
    public async Task Tables_are_created_listed_and_deleted()
    {
        string[] names = [AzuriteFixture.NewTableName(), AzuriteFixture.NewTableName(), AzuriteFixture.NewTableName()];
        foreach (var name in names)
            Assert.Equal(name, (await Service.CreateTableIfNotExistsAsync(name)).Value.Name);

        var listed = await AllAsync(Service.QueryAsync());
        // Without the type the compiler would take the overload for strings, which quotes nothing.
        FormattableString second = $"TableName eq {names[1]}";
        var one = await AllAsync(Service.QueryAsync(second));
        var paged = await AllAsync(Service.QueryAsync(maxPerPage: 1).AsPages());
        foreach (var name in names)
            Assert.Equal(204, (await Service.DeleteTableAsync(name)).Status);

        Assert.Subset(listed.Select(table => table.Name).ToHashSet(), names.ToHashSet());
        Assert.Equal(names[1], Assert.Single(one).Name);
        Assert.All(paged, page => Assert.InRange(page.Values.Count, 0, 1));
        Assert.Equal(listed.Count, paged.Sum(page => page.Values.Count));
        Assert.Empty(await AllAsync(Service.QueryAsync(TableServiceClient.CreateQueryFilter(second))));
    }

    [Fact]
    public async Task Creating_a_table_twice_is_an_error_only_when_asked()
    {
        Assert.Equal(409, (await Table.CreateIfNotExistsAsync()).GetRawResponse().Status);
        await FailsAsync(409, "TableAlreadyExists", () => Table.CreateAsync());
        await FailsAsync(409, "TableAlreadyExists", () => Service.CreateTableAsync(Table.Name));
    }

    [Fact]
    public async Task Deleting_an_absent_table_is_no_error() =>
        Assert.Equal(404, (await Service.DeleteTableAsync(AzuriteFixture.NewTableName())).Status);

    [Fact]
    public async Task A_wrong_account_key_is_refused()
    {
        var credential = new TableSharedKeyCredential(Service.AccountName, Convert.ToBase64String(new byte[64]));
        var client = new TableClient(Azurite.Process.Endpoint, Table.Name, credential, Options());

        var failure = await FailsAsync(403, "AuthorizationFailure", () => client.GetEntityAsync<TableEntity>("p", "r"));
        await FailsAsync(403, "AuthorizationFailure", () => client.SubmitTransactionAsync(
            [new(TableTransactionActionType.Add, new TableEntity("p", "r"))]));

        Assert.DoesNotContain(credential.AccountName + ":", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replaced_account_key_counts_at_once()
    {
        var key = Azurite.ConnectionString.Split("AccountKey=")[1].Split(';')[0];
        var credential = new TableSharedKeyCredential(Service.AccountName, Convert.ToBase64String(new byte[64]));
        var client = new TableClient(Azurite.Process.Endpoint, Table.Name, credential, Options());

        credential.SetAccountKey(key);

        Assert.Equal(204, (await client.AddEntityAsync(new TableEntity("p", "r"))).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_refused_connection_has_status_0(int retries)
    {
        var options = Options(retries);
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        var nobody = new Uri($"http://127.0.0.1:{LoopbackPort.Choose()}/devstoreaccount1");
        var client = new TableClient(nobody, "table", new TableSharedKeyCredential("devstoreaccount1", "a2V5"), options);

        async Task ReadAsync() => await client.GetEntityIfExistsAsync<TableEntity>("p", "r");

        if (retries == 0)
        {
            await FailsAsync(0, null, ReadAsync);
            return;
        }

        var failures = await Assert.ThrowsAsync<AggregateException>(ReadAsync);
        Assert.Equal(retries + 1, failures.InnerExceptions.Count);
        Assert.All(failures.InnerExceptions, failure => Assert.Equal(0, Assert.IsType<RequestFailedException>(failure).Status));
    }

    [Fact]
    public void Clients_know_where_they_are()
    {
        var azure = new TableServiceClient(
            "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=a2V5;EndpointSuffix=core.windows.net");
        var byToken = new TableServiceClient(new Uri("https://acme.table.core.windows.net/"), new StubCredential());

        Assert.Equal("https://acme.table.core.windows.net/", azure.Uri.AbsoluteUri);
        Assert.Equal(("acme", "acme"), (azure.AccountName, byToken.AccountName));
        Assert.Equal("https://acme.table.core.windows.net/groups", azure.GetTableClient("groups").Uri.AbsoluteUri);
        Assert.Equal("devstoreaccount1", new TableServiceClient("UseDevelopmentStorage=true").AccountName);
        Assert.Equal(Azurite.Process.Endpoint, Service.Uri);
    }

    [Theory]
    [InlineData("AccountName=acme")]
    [InlineData("AccountKey=a2V5")]
    [InlineData("nonsense")]
    public void A_broken_connection_string_is_refused(string text) =>
        Assert.Throws<FormatException>(() => new TableServiceClient(text));
}
