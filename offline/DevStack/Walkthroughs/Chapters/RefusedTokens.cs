namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>Each kind of invalid token has its own error name.</summary>
internal sealed class RefusedTokens : IChapter
{
    public string Title => "Rejected tokens";

    public async Task PlayAsync(Scene scene)
    {
        var end = TimeProvider.System.GetUtcNow().AddSeconds(2);
        var brief = await scene.Pds.TokenAsync(
            scene.Alice, scene.KeyserverDid, Nsid.GetGroupKey, end, scene.Cancellation);

        await RefusedAsync(scene, "for another method", "BadJwtLexiconMethod",
            () => scene.TokenAsync(scene.Alice, Nsid.GetKeypair));
        await RefusedAsync(scene, "for another service", "BadJwtAudience", () =>
            scene.Pds.TokenAsync(scene.Alice, "did:web:elsewhere.example.com", Nsid.GetGroupKey, null,
                scene.Cancellation));
        await RefusedAsync(scene, "of Alice that Mallory signed", "BadJwtSignature", async () =>
        {
            var claims = await scene.TokenAsync(scene.Alice, Nsid.GetGroupKey);
            var signature = await scene.TokenAsync(scene.Mallory, Nsid.GetGroupKey);
            return claims[..claims.LastIndexOf('.')] + signature[signature.LastIndexOf('.')..];
        });
        await RefusedAsync(scene, "that has expired", "JwtExpired", async () =>
        {
            while (TimeProvider.System.GetUtcNow() <= end)
                await Task.Delay(50, scene.Cancellation);
            return brief;
        });
    }

    private static Task RefusedAsync(Scene scene, string which, string error, Func<Task<string>> token) =>
        scene.StepAsync($"A token {which}", async () =>
        {
            var parameters = new[] { ("group_id", scene.GroupId) };
            var answer = await scene.Keyserver.QueryAsync(
                Nsid.GetGroupKey, await token(), parameters, scene.Cancellation);
            return answer.IsRefused(401, error);
        });
}
