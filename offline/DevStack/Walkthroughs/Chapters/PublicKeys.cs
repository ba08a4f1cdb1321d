namespace AtpKeyserver.DevStack.Walkthroughs.Chapters;

/// <summary>Anybody may encrypt to somebody.</summary>
internal sealed class PublicKeys : IChapter
{
    public string Title => "Public keys";

    public async Task PlayAsync(Scene scene)
    {
        var publicKey = "";
        await scene.StepAsync("Anybody reads Bob's public key, without a token", async () =>
        {
            var answer = await scene.Keyserver.QueryAsync(Nsid.GetPublicKey, null, [("did", scene.Bob.Did)], scene.Cancellation);
            publicKey = Expect.Key(answer.Is(200).Text("publicKey"), "a publicKey");
            return $"version {answer.Number("version")}, {Short.Of(publicKey)}";
        });
        await scene.StepAsync("Bob reads his keypair", async () =>
        {
            var answer = (await scene.QueryAsync(scene.Bob, Nsid.GetKeypair)).Is(200);
            Expect.Equal(publicKey, answer.Text("publicKey"), "the publicKey");
            var privateKey = Expect.Key(answer.Text("privateKey"), "a privateKey");
            return $"the same, with its private key {Short.Of(privateKey)}";
        });
        await scene.StepAsync("The keypair without a token", async () =>
            (await scene.Keyserver.QueryAsync(Nsid.GetKeypair, null, [], scene.Cancellation)).IsRefused(401, "AuthenticationRequired"));
    }
}
