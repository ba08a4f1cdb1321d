using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>
/// The budget of keypairs for anonymous callers, with 17 units: a network gets two in an hour, an eighth of what is
/// left.
/// </summary>
public sealed class PublicCreationBudgetTests(PublicCreationBudgetTests.Small keyserver)
    : IClassFixture<PublicCreationBudgetTests.Small>
{
    [Fact]
    public async Task Concurrent_requests_for_one_account_cost_one_unit()
    {
        var api = keyserver.Api;
        var made = 0;
        for (Answer[] answers; (answers = await AskAtOnceAsync(api.NewAccount()))
            .Any(answer => answer.Status == 200); made++)
            Assert.Single(answers.Select(answer => answer.Ok().String("publicKey")).Distinct());
        // Four if a new hour began in between.
        Assert.InRange(made, 2, 4);
        (await AskAsync(api.NewAccount())).Is(429, "RateLimitExceeded");

        Task<Answer[]> AskAtOnceAsync(string account) =>
            Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync(account)));

        Task<Answer> AskAsync(string did) => api.GetAsync("keypair.getPublicKey", null, ("did", did));
    }

    public sealed class Small : KeyserverFixture
    {
        protected override IReadOnlyDictionary<string, string> Settings =>
            new Dictionary<string, string>(base.Settings) { ["Keyserver__PublicCreationsPerHour"] = "17" };
    }
}
