using System.Net;
using System.Text.Json.Nodes;
using AtpKeyserver.DevStack;
using AtpKeyserver.DevStack.Walkthroughs;

namespace AtpKeyserver.Tests.EndToEnd;

public sealed class StackTests
{
    private const string NoSuchDid = "did:web:keys.example.com";

    [Fact]
    public async Task Can_run_the_walkthrough_and_keeps_its_keys_over_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("keyserver-stack-");
        try
        {
            var options = new StackOptions { DataFolder = folder.FullName };
            WalkthroughResult first;
            await using (var stack = await Stack.StartAsync(options))
            {
                first = await PlayAsync(stack, lastRun: null);
                Assert.True(await stack.StopAsync());
            }

            await using var again = await Stack.StartAsync(options);
            var second = await PlayAsync(again, first.Kept);
            Assert.Equal(first.Alice, second.Alice);
            Assert.Equal(first.Steps + first.Kept.Hashes.Count, second.Steps);

            var other = first.Kept with { Hashes = new Dictionary<int, string> { [1] = first.Kept.Hashes[2] } };
            var failure = await Assert.ThrowsAsync<StepFailedException>(() => PlayAsync(again, other));
            Assert.Contains("expected the key of the last run", failure.Message, StringComparison.Ordinal);
            Assert.True(await again.StopAsync());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Can_kill_and_restart_the_app_while_another_instance_shares_everything()
    {
        await using var stack = await Stack.StartAsync(new StackOptions
        {
            Environment = new Dictionary<string, string> { ["keyserver__did"] = NoSuchDid },
        });
        var other = await stack.StartInstanceAsync();
        Assert.Equal(NoSuchDid, await DidAsync(other.Origin));

        await stack.Keyserver.KillAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => DidAsync(stack.App));
        Assert.Equal(NoSuchDid, await DidAsync(other.Origin));

        var before = stack.Log.Lines.Count;
        await stack.Keyserver.RestartAsync();
        Assert.Equal(NoSuchDid, await DidAsync(stack.App));
        Assert.NotEqual(before, stack.Log.Lines.Count);
        Assert.True(await stack.StopAsync());
    }

    [Fact]
    public async Task Can_start_again_after_a_failed_start()
    {
        var folder = Directory.CreateTempSubdirectory("keyserver-stack-");
        try
        {
            var options = new StackOptions { DataFolder = folder.FullName };
            var wrong = options with { Environment = new Dictionary<string, string> { ["Keyserver__Did"] = "nobody" } };
            var failure = await Assert.ThrowsAsync<StackException>(() => Stack.StartAsync(wrong));
            Assert.Contains("The worker ended during startup", failure.Message, StringComparison.Ordinal);
            await using var stack = await Stack.StartAsync(options);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Refuses_with_advice_when_another_stack_uses_the_folder_or_the_port()
    {
        var folder = Directory.CreateTempSubdirectory("keyserver-stack-");
        try
        {
            await using var stack = await Stack.StartAsync(new StackOptions { DataFolder = folder.FullName });
            var sameFolder = await Assert.ThrowsAsync<StackException>(
                () => Stack.StartAsync(new StackOptions { DataFolder = folder.FullName }));
            Assert.Contains("--data", sameFolder.Message, StringComparison.Ordinal);
            var samePort = await Assert.ThrowsAsync<StackException>(
                () => Stack.StartAsync(new StackOptions { AppPort = stack.App.Port }));
            Assert.Contains("--port", samePort.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Starts_no_directory_if_another_one_is_named()
    {
        var stages = new List<string>();
        await using var stack = await Stack.StartAsync(new StackOptions
        {
            PlcDirectory = new Uri("http://127.0.0.1:1"),
            Progress = new Reports(stages.Add),
        });
        Assert.DoesNotContain(stages, stage => stage.Contains("PLC", StringComparison.Ordinal));
        Assert.Contains("keyserver", stages);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Leaves_a_folder_alone_that_no_stack_has_used(bool fresh)
    {
        var folder = Directory.CreateTempSubdirectory("keyserver-stack-");
        try
        {
            var file = Path.Combine(folder.CreateSubdirectory("tables").FullName, "file");
            await File.WriteAllTextAsync(file, "");
            var options = new StackOptions { DataFolder = folder.FullName, Fresh = fresh };
            for (var attempt = 0; attempt < 2; attempt++)
            {
                var failure = await Assert.ThrowsAsync<StackException>(() => Stack.StartAsync(options));
                Assert.Contains("may belong to another program", failure.Message, StringComparison.Ordinal);
                Assert.True(File.Exists(file));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Refuses_data_of_another_stored_form_until_it_is_cleared()
    {
        var folder = Directory.CreateTempSubdirectory("keyserver-stack-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "stack.lock"), "");
            var row = Path.Combine(folder.CreateSubdirectory("tables").FullName, "row");
            await File.WriteAllTextAsync(row, "");
            var options = new StackOptions { DataFolder = folder.FullName };
            foreach (var form in (string?[])[null, "v0"])
            {
                if (form is not null)
                    await File.WriteAllTextAsync(Path.Combine(folder.FullName, "stored-form"), form);
                var failure = await Assert.ThrowsAsync<StackException>(() => Stack.StartAsync(options));
                Assert.Equal(
                    $"The data in {folder.FullName} is of another version of the keyserver. "
                        + "Add --fresh to delete it and start from scratch.",
                    failure.Message);
                Assert.True(File.Exists(row));
                Assert.False(File.Exists(Path.Combine(folder.FullName, "ports.json")));
            }

            await using var stack = await Stack.StartAsync(options with { Fresh = true });
            Assert.False(File.Exists(row));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<WalkthroughResult> PlayAsync(Stack stack, KeptKeys? lastRun) =>
        Walkthrough.PlayAsync(stack.App, stack.Atproto.Origin, StackTerminal.Silent, lastRun);

    private static async Task<string?> DidAsync(Uri app)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(app, ".well-known/did.json"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["id"];
    }

    private sealed class Reports(Action<string> add) : IProgress<StackStage>
    {
        public void Report(StackStage value) => add(value.Title);
    }
}
