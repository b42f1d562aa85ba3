"""A LightningModule that logs our metrics, as it would torchmetrics'."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchmetrics")
lightning = pytest.importorskip("lightning")

import limen.torch as ours  # noqa: E402

LABELS = 3


class Model(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, LABELS)
        self.train_f1 = ours.MultilabelF1Score(LABELS, from_logits=True)
        self.scores = ours.MetricCollection(
            [ours.MultilabelRecall(LABELS), ours.MultilabelPrecision(LABELS)], prefix="val_"
        )
        self.best = ours.MultilabelBestThreshold(LABELS)

    def training_step(self, batch, _):
        inputs, target = batch
        logits = self.layer(inputs)
        self.train_f1(logits, target)
        self.log("train_f1", self.train_f1, on_step=True, on_epoch=True)
        return torch.nn.functional.binary_cross_entropy_with_logits(logits, target.float())

    def validation_step(self, batch, _):
        inputs, target = batch
        preds = self.layer(inputs).sigmoid()
        self.scores.update(preds, target)
        self.best.update(preds, target)
        self.log_dict(self.scores, on_step=False, on_epoch=True)

    def on_validation_epoch_end(self):
        self.thresholds = self.best.compute()
        self.best.reset()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


@pytest.mark.filterwarnings("ignore")
def test_a_module_that_logs(tmp_path):
    generator = torch.Generator().manual_seed(0)
    inputs = torch.randn(48, 4, generator=generator)
    target = torch.randint(2, (48, LABELS), generator=generator)
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(inputs, target), batch_size=16
    )
    trainer = lightning.Trainer(
        max_epochs=2,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        default_root_dir=tmp_path,
        log_every_n_steps=1,
    )
    model = Model()
    trainer.fit(model, loader, loader)
    logged = trainer.callback_metrics
    preds = model.layer(inputs).sigmoid()
    # Validation ran before the last epoch's end, on the weights that are there now.
    recall = ours.MultilabelRecall(LABELS)(preds, target)
    torch.testing.assert_close(logged["val_MultilabelRecall"], recall)
    assert 0 <= logged["train_f1_epoch"] <= 1 and "train_f1_step" in logged
    assert model.thresholds.shape == (LABELS,)
    assert model.scores["val_MultilabelRecall"].update_count == 0  # Lightning has reset it
