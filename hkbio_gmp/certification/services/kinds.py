"""The shipped kinds of certificates."""

from __future__ import annotations

import csv
from importlib.resources import files

from hkbio_gmp.certification import queries
from hkbio_gmp.certification.models import CertificateKind
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work

RENEWAL_DAYS = 7
CHINESE = {
    "manufacturer_licence": "製造商牌照（第138章）",
    "gmp_certificate": "GMP證書或視察",
    "ap_registration": "獲授權人註冊",
    "room_qualification_ab": "房間分級及高效過濾器完整性（A或B級）",
    "room_qualification_cd": "房間分級及高效過濾器完整性（C或D級）",
    "bsc_certification": "生物安全櫃認證",
    "isolator_leak_test": "隔離器洩漏測試",
    "particle_counter_calibration": "粒子計數器校準",
    "incubator_mapping": "培養箱或冷凍櫃溫度分佈驗證",
    "autoclave_requalification": "高壓滅菌器再確認（最差裝載）",
    "gowning_qualification": "更衣資格",
    "operator_aps": "操作員無菌工藝模擬",
    "gmp_training": "GMP培訓",
    "biosafety_training": "生物安全培訓",
    "medical_clearance": "健康許可",
    "technical_agreement": "技術（質量）協議",
    "insurance": "責任保險",
    "software_periodic_review": "本系統定期檢討",
    "access_review": "用戶權限檢討",
    "grade_a_device_qualification": "提供A級的櫃或隔離器：分級及過濾器完整性",
    "process_aps": "工藝及生產線模擬（培養基灌裝）",
}


def load_kinds(work: Work) -> int:
    """Add the shipped kinds that are not there yet; returns how many were added."""
    text = (
        files("hkbio_gmp.certification").joinpath("data/certificate_kinds.csv").read_text("utf-8")
    )
    added = 0
    for row in csv.DictReader(text.splitlines()):
        if queries.find_kind(work.session, row["code"]) is None:
            work.session.add(_kind(row))
            added += 1
    return added


def _kind(row: dict[str, str]) -> CertificateKind:
    return CertificateKind(
        code=row["code"],
        name=row["name"],
        name_zh=CHINESE.get(row["code"], row["name"]),
        subject_type=row["subject"],
        interval_months=int(row["interval_months"]),
        interval_source=row["interval_source"],
        lead_days=[int(days) for days in row["lead_days"].split(";")],
        blocks_booking=row["blocks_booking"] == "yes",
        shared=False,
        renewal_days=RENEWAL_DAYS,
    )


NAMES = [
    Message("Manufacturer licence (Cap. 138)"),
    Message("GMP certificate or inspection"),
    Message("Authorized Person registration"),
    Message("Room classification and HEPA integrity (grade A or B)"),
    Message("Room classification and HEPA integrity (grade C or D)"),
    Message("Biosafety cabinet certification"),
    Message("Isolator leak test"),
    Message("Particle counter calibration"),
    Message("Incubator or freezer temperature mapping"),
    Message("Autoclave requalification (worst-case load)"),
    Message("Gowning qualification"),
    Message("Operator aseptic process simulation"),
    Message("GMP training"),
    Message("Biosafety training"),
    Message("Medical clearance"),
    Message("Technical (quality) agreement"),
    Message("Liability insurance"),
    Message("Periodic review of this system"),
    Message("Review of user access"),
    Message("Cabinet or isolator giving grade A: classification and filter integrity"),
    Message("Process simulation (media fill) of a process and line"),
]
