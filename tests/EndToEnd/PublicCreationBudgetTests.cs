using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>
/// The budget of keypairs that strangers may have made, where a network gets two in
/// an hour: an eighth of what is left of 17.
/// </summary>
public sealed class PublicCreationBudgetTests(PublicCreationBudgetTests.Small keyserver) : IClassFixture<PublicCreationBudgetTests.Small>
{
    [Fact]
    public async Task Who_ask_for_one_account_at_once_spend_one_unit()
    {
        var api = keyserver.Api;
        var made = 0;
        for (Answer[] answers; (answers = await AskAtOnceAsync(api.NewAccount())).Any(answer => answer.Status == 200); made++)
            Assert.Single(answers.Select(answer => answer.Ok().String("publicKey")).Distinct());
        // Four when a new hour has begun meanwhile.
        Assert.InRange(made, 2, 4);
        (await AskAsync(api.NewAccount())).Is(429, "RateLimitExceeded");

        Task<Answer[]> AskAtOnceAsync(string account) => Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync(account)));

        Task<Answer> AskAsync(string did) => api.GetAsync("keypair.getPublicKey", null, ("did", did));
    }

    public sealed class Small : KeyserverFixture
    {
        protected override IReadOnlyDictionary<string, string> Settings =>
            new Dictionary<string, string>(base.Settings) { ["Keyserver__PublicCreationsPerHour"] = "17" };
    }
}
